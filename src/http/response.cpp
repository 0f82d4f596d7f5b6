#include <latchkey/http/fields.hpp>
#include <latchkey/http/response.hpp>

#include <stdexcept>
#include <utility>

namespace latchkey::http {
namespace {

void check_value(std::string_view name, std::string_view value) {
  if (!is_field_value(value)) {
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
  fields_.set(name, value);
  return *this;
}

response& response::add(std::string_view name, std::initializer_list<std::string_view> pieces) {
  for (const auto piece : pieces) check_value(name, piece);
  fields_.add(name, {pieces.begin(), pieces.size()});
  return *this;
}

}  // namespace latchkey::http
