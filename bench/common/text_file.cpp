#include "common/text_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

namespace latchkey::bench {

std::string read_text_file(const std::string& path, std::size_t max) {
  std::ifstream in{path, std::ios::binary};
  std::string text;
  std::array<char, 65536> piece;
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > max) {
      throw std::runtime_error{path + ": is larger than " + std::to_string(max >> 20) + " MiB"};
    }
  }
  if (!in.eof()) throw std::runtime_error{path + ": cannot be read"};
  return text;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) all.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

}  // namespace latchkey::bench
