#include <latchkey/http/response_fields.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace latchkey::http {
namespace {

// What most answers have.
constexpr std::size_t likely_fields = 16;
constexpr std::size_t likely_text = 1000;

}  // namespace

void response_fields::append_line(core::block_string& to, std::string_view name,
                                  std::span<const std::string_view> pieces) const {
  to.append(name).append(between);
  for (const auto piece : pieces) to.append(piece);
  to.append(end_of_line);
}

void response_fields::add(std::string_view name, std::span<const std::string_view> pieces) {
  std::size_t value_size = 0;
  for (const auto piece : pieces) value_size += piece.size();
  const auto begin = text_.size();
  const auto size = begin + name.size() + between.size() + value_size + end_of_line.size();
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error{"the fields of an answer"};
  }
  if (places_.empty()) places_.reserve(likely_fields);
  if (size > text_.capacity()) {
    // The pieces may stand in the text itself, which has to be there until they are copied.
    core::block_string larger;
    larger.reserve(std::max({likely_text, size, 2 * text_.capacity()}));
    larger.append(text_);
    append_line(larger, name, pieces);
    text_.swap(larger);
  } else {
    append_line(text_, name, pieces);
  }
  places_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value_size)});
}

void response_fields::set(std::string_view name, std::string_view value) {
  const auto first = index_of(name);
  const bool is_new = first == size();
  add(name, std::span{&value, 1});
  if (is_new) return;
  places_[first] = places_.back();
  places_.pop_back();
  // Of the list's own text: what was given may have viewed one that has gone.
  const auto own_name = (*this)[first].name;
  auto kept = first + 1;
  for (auto i = kept; i < places_.size(); ++i) {
    if ((*this)[i].name != own_name) places_[kept++] = places_[i];
  }
  places_.resize(kept);
}

std::optional<std::string_view> response_fields::find(std::string_view name) const {
  const auto at = index_of(name);
  if (at == size()) return std::nullopt;
  return (*this)[at].value;
}

std::size_t response_fields::index_of(std::string_view name) const {
  std::size_t at = 0;
  while (at < size() && (places_[at].name_size != name.size() || (*this)[at].name != name)) ++at;
  return at;
}

}  // namespace latchkey::http
