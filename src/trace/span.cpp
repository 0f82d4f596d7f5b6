#include <latchkey/trace/span.hpp>

namespace latchkey::trace {

void span::add(std::string_view attribute_name, std::string_view text, std::size_t most) {
  attributes.push_back({attribute_name, std::string{text.substr(0, most)}});
}

void span::add_number(std::string_view attribute_name, std::int64_t number) {
  attributes.push_back({attribute_name, number});
}

}  // namespace latchkey::trace
