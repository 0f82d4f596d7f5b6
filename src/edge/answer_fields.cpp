#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/answer_fields.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/field_names.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace latchkey::edge {
namespace {

// More than any upstream has to say of one connection; those behind are passed on.
constexpr std::size_t most_options = 32;

std::vector<std::string_view> connection_options(const http1::response_head& head) {
  std::vector<std::string_view> options;
  for (const auto& field : head.fields) {
    if (!http::same_name(field.name, "connection")) continue;
    for (auto rest = field.value; !rest.empty() && options.size() < most_options;) {
      options.push_back(http::take_element(rest));
    }
  }
  return options;
}

// In memory that the names of one answer share.
std::string_view lowered(std::string_view name, std::string& into) {
  into.assign(name);
  return into = core::to_lower(std::move(into));
}

std::optional<std::uint64_t> told_length(const http1::response_head& head) {
  // The parser has found it to be a number.
  const auto text = head.body == http1::body_framing::none ? head.find("content-length")
                                                           : std::optional<std::string_view>{};
  if (!text || head.status < 200 || head.status == 204) return std::nullopt;
  std::uint64_t length = 0;
  const auto [rest, failure] = std::from_chars(text->data(), text->data() + text->size(), length);
  if (failure != std::errc{} || rest != text->data() + text->size()) return std::nullopt;
  return length;
}

}  // namespace

core::result<passed_answer> pass_answer(const http1::response_head& head,
                                        std::string_view offered) {
  passed_answer passed{http::response{static_cast<http::status>(head.status)}, told_length(head)};
  const auto options = connection_options(head);
  const auto is_named = [&options](std::string_view name) {
    return std::any_of(options.begin(), options.end(),
                       [name](std::string_view one) { return http::same_name(one, name); });
  };
  std::string name;
  for (const auto& field : head.fields) {
    if (is_kept_from_clients(field.name) || is_named(field.name)) continue;
    passed.answer.add(lowered(field.name, name), field.value);
  }
  if (head.kind != http1::response_kind::upgraded) return passed;
  // One protocol in one field, and Connection has to name it (RFC 9110 section 7.8).
  std::size_t protocols = 0;
  for (const auto& field : head.fields) {
    if (!http::same_name(field.name, "upgrade")) continue;
    ++protocols;
    if (!http::same_name(field.value, offered)) return errc::unexpected_upgrade;
  }
  if (offered.empty() || protocols != 1 || !is_named("upgrade")) return errc::unexpected_upgrade;
  passed.answer.add("upgrade", offered);
  return passed;
}

}  // namespace latchkey::edge
