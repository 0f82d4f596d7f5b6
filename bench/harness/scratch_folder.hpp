// A temporary folder of this run, removed at its end. Not for results.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace latchkey::bench::harness {

class scratch_folder {
 public:
  // Throws std::runtime_error where none can be made.
  scratch_folder();
  ~scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Writes a file, which this user alone may read, and gives its path.
  std::filesystem::path write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace latchkey::bench::harness
