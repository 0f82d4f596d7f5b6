#include <latchkey/edge/field_list.hpp>

#include <algorithm>

namespace latchkey::edge {

std::string_view field_list::keep(std::span<const std::string_view> pieces) {
  std::size_t size = 0;
  for (const auto piece : pieces) size += piece.size();
  if (size == 0) return {};
  auto* const begin = static_cast<char*>(texts_.allocate(size, 1));
  auto* end = begin;
  for (const auto piece : pieces) end = std::copy(piece.begin(), piece.end(), end);
  return {begin, size};
}

}  // namespace latchkey::edge
