// Which files a configuration is made from, and whether they have changed: looked at through
// symbolic links, so that one that is renamed or linked into place counts. Not for reading them.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/core/file.hpp>

#include <filesystem>
#include <vector>

namespace latchkey::programs {

// The configuration itself and the files it names that are read when it is put to use. Those that
// are read again by themselves (keys, secrets of headers) are not among them.
std::vector<std::filesystem::path> files_of(const app::config& loaded,
                                            const std::filesystem::path& file);

struct watched_files {
  std::vector<std::filesystem::path> paths;
  std::vector<core::file_mark> marks;  // in the order of the paths

  // Reads nothing of the files, but may wait for the system.
  void look_again();
  bool operator==(const watched_files&) const = default;
};

}  // namespace latchkey::programs
