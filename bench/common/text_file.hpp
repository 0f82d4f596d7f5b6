// A whole file as text, bounded. Not for what is read piece by piece.
#pragma once

#include <cstddef>
#include <string>

namespace latchkey::bench {

// Throws std::runtime_error, which names the file, for one that cannot be read or has over `max`
// bytes.
std::string read_text_file(const std::string& path, std::size_t max);

}  // namespace latchkey::bench
