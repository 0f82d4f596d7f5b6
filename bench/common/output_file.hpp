// An output file that is opened when a command starts and written at its end, so that a path that
// cannot be written is an error at once, not after minutes. Not for standard output.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace latchkey::bench {

class output_file {
 public:
  // An empty path is no file. Throws std::runtime_error where it cannot be written.
  explicit output_file(std::string path);

  bool wanted() const { return !path_.empty(); }
  // Once. Throws std::runtime_error where not all could be written.
  void write(std::string_view text);

 private:
  std::string path_;
  std::ofstream stream_;
};

}  // namespace latchkey::bench
