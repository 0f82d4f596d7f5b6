// Writes files whole or not at all: who reads one sees the old one or the new one. Not for files
// that grow.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::init {

enum class when_there : std::uint8_t { refuse, replace };

struct new_file {
  std::filesystem::path file;
  std::string text;
  ::mode_t mode = 0644;
  bool makes_folder = false;  // where there is none
};

// All of them, in their order, each with its mode from its first byte on. Throws std::runtime_error
// that names a file and says why; then what was there is there again, and nothing else (where the
// file system gives a file two names). With when_there::refuse that a file exists is found out
// without a gap. What is no regular file is never replaced, a symbolic link included: others may
// know what it leads to by another name.
void write_files(const std::vector<new_file>& all, when_there how);

// One of them.
void write_whole(const std::filesystem::path& file, std::string_view text, ::mode_t mode,
                 when_there how);

}  // namespace latchkey::init
