// A folder of its own for a test, removed at its end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace latchkey::support {

class temporary_folder {
 public:
  temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "latchkey_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
    path_ = name;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Writes a file into the folder and gives its path.
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream file{path_ / name, std::ios::binary};
    file << text;
    if (!file.flush()) throw std::runtime_error{"cannot write " + name};
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace latchkey::support
