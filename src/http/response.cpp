#include <latchkey/core/every_byte.hpp>
#include <latchkey/http/response.hpp>

#include <stdexcept>
#include <utility>

namespace latchkey::http {
namespace {

void check_value(std::string_view name, std::string_view value) {
  const bool sound = core::every_byte(
      value, [](unsigned char c) -> bool { return ((c >= 0x20) & (c != 0x7F)) | (c == '\t'); });
  if (!sound) {
    throw std::invalid_argument{"control character in response field " + std::string{name}};
  }
}

}  // namespace

response response::json(status code, std::string text) {
  return response::text(code, "application/json", std::move(text));
}

response response::text(status code, std::string_view content_type, std::string text) {
  response made{code};
  made.set("content-type", content_type);
  made.body = std::move(text);
  return made;
}

response& response::set(std::string_view name, std::string_view value) {
  // Checked before what it replaces is gone.
  check_value(name, value);
  const auto before = fields_.size();
  std::size_t first = before;
  for (std::size_t i = 0; i < before && first == before; ++i) {
    if (fields_[i].name == name) first = i;
  }
  fields_.add(name, std::span{&value, 1});
  if (first != before) fields_.replace_by_last(first);
  return *this;
}

response& response::add(std::string_view name, std::initializer_list<std::string_view> pieces) {
  for (const auto piece : pieces) check_value(name, piece);
  fields_.add(name, {pieces.begin(), pieces.size()});
  return *this;
}

}  // namespace latchkey::http
