#include "harness/scratch_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace latchkey::bench::harness {

scratch_folder::scratch_folder() {
  auto name = (std::filesystem::temp_directory_path() / "latchkey_bench_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
  path_ = name;
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path scratch_folder::write(const std::string& name, std::string_view text) const {
  const auto path = path_ / name;
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (!file.flush()) throw std::runtime_error{"cannot write " + path.string()};
  return path;
}

}  // namespace latchkey::bench::harness
