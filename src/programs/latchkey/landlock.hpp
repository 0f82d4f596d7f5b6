// Which files this process may open from now on (landlock(7)). Not for which they should be:
// sandbox_files.
#pragma once

#include <latchkey/core/result.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace latchkey::programs {

enum class file_access : std::uint8_t {
  read,   // files are read, folders listed
  write,  // files are read and written
  keep,   // the same; in a folder, files are made, renamed and removed
};

struct file_rule {
  std::filesystem::path path;  // a file, or a folder with all that is below it
  file_access access = file_access::read;
};

// The version of the system's interface; 0 where it has none, or it is turned off.
int landlock_version();

// Lets the calling thread, and those that it begins from now on, open nothing else, for good. Sets
// no_new_privs. A path that is not there is left out.
core::error_code restrict_files(const std::vector<file_rule>& rules);

}  // namespace latchkey::programs
