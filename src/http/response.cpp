#include <latchkey/http/response.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace latchkey::http {

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
  const auto control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  };
  if (std::any_of(value.begin(), value.end(), control)) {
    throw std::invalid_argument{"control character in response field " + std::string{name}};
  }
  for (auto& one : fields_) {
    if (one.name == name) {
      one.value = std::move(value);
      return *this;
    }
  }
  fields_.push_back({std::string{name}, std::move(value)});
  return *this;
}

const std::string* response::find(std::string_view name) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(),
                                  [name](const field& one) { return one.name == name; });
  return found == fields_.end() ? nullptr : &found->value;
}

}  // namespace latchkey::http
