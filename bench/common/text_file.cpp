#include "common/text_file.hpp"

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

}  // namespace latchkey::bench
