// Writes a file whole or not at all: who reads it sees the old one or the new one. Not for files
// that grow.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace latchkey::init {

enum class when_there : std::uint8_t { refuse, replace };

// With that mode from its first byte on. Throws std::runtime_error that names the file and says
// why; with when_there::refuse also where it exists, which is found out without a gap.
void write_whole(const std::filesystem::path& file, std::string_view text, ::mode_t mode,
                 when_there how);

}  // namespace latchkey::init
