#include <latchkey/http/response.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace latchkey::http {
namespace {

void check_value(std::string_view name, std::string_view value) {
  const auto control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  };
  if (std::any_of(value.begin(), value.end(), control)) {
    throw std::invalid_argument{"control character in response field " + std::string{name}};
  }
}

}  // namespace

response response::json(status code, std::string text) {
  return response::text(code, "application/json", std::move(text));
}

response response::text(status code, std::string_view content_type, std::string text) {
  response made{code};
  made.set("content-type", std::string{content_type});
  made.body = std::move(text);
  return made;
}

response& response::set(std::string_view name, std::string value) {
  // Checked before what it replaces is gone.
  check_value(name, value);
  const auto named = [name](const field& one) { return one.name == name; };
  const auto first = std::find_if(fields_.begin(), fields_.end(), named);
  if (first == fields_.end()) {
    fields_.push_back({std::string{name}, std::move(value)});
    return *this;
  }
  first->value = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), named), fields_.end());
  return *this;
}

response& response::add(std::string_view name, std::string value) {
  check_value(name, value);
  fields_.push_back({std::string{name}, std::move(value)});
  return *this;
}

const std::string* response::find(std::string_view name) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(),
                                  [name](const field& one) { return one.name == name; });
  return found == fields_.end() ? nullptr : &found->value;
}

}  // namespace latchkey::http
