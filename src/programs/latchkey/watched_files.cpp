#include "watched_files.hpp"

#include <latchkey/app/config_paths.hpp>

#include <string_view>
#include <utility>

namespace latchkey::programs {
namespace {

// What is read again whenever it is needed, and what is written: see app::config_paths.
bool is_read_once(std::string_view key) {
  return key != "log.file.path" && !key.ends_with(".jwks_file") && !key.ends_with(".value_file");
}

}  // namespace

std::vector<std::filesystem::path> files_of(const app::config& loaded,
                                            const std::filesystem::path& file) {
  std::vector<std::filesystem::path> all{file};
  for (auto& one : app::config_paths(loaded)) {
    if (is_read_once(one.key)) all.push_back(std::move(one.path));
  }
  return all;
}

void watched_files::look_again() {
  marks.clear();
  for (const auto& path : paths) marks.push_back(core::mark_of(path));
}

}  // namespace latchkey::programs
