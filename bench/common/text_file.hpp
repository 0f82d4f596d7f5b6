// Reads a whole file as text, up to a maximum size. Not for streaming.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench {

// Throws std::runtime_error, which names the file, for one that cannot be read or has over `max`
// bytes.
std::string read_text_file(const std::string& path, std::size_t max);

// The lines that are not empty, without the ends of lines (LF, CR LF).
std::vector<std::string> split_lines(std::string_view text);

}  // namespace latchkey::bench
