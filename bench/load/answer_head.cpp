#include "load/answer_head.hpp"

#include "common/number.hpp"

#include <latchkey/http/fields.hpp>

#include <string_view>

namespace latchkey::bench::load {
namespace {

// "timeout=5, max=100".
void take_keep_alive(std::string_view list, answer_head& head) {
  constexpr std::string_view name = "timeout=";
  while (!list.empty()) {
    const auto member = http::take_element(list);
    if (member.size() > name.size() && http::same_name(member.substr(0, name.size()), name)) {
      head.idle_seconds = parse_number<unsigned>(member.substr(name.size()));
    }
  }
}

}  // namespace

answer_head answer_head_of(const http1::response_head& head) {
  answer_head made{head.status, std::nullopt, head.keep_alive};
  for (const auto& [name, value] : head.fields) {
    if (http::same_name(name, "keep-alive")) take_keep_alive(value, made);
    if (http::same_name(name, "retry-after")) made.retry_after = parse_number<unsigned>(value);
  }
  return made;
}

}  // namespace latchkey::bench::load
