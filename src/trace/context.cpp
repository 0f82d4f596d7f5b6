#include <latchkey/trace/context.hpp>

#include <algorithm>
#include <array>

namespace latchkey::trace {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

// Only lower case is valid (section 3.2.2).
bool read_hex(std::string_view text, std::uint64_t& value) {
  value = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == digits.npos) return false;
    value = value << 4U | digit;
  }
  return true;
}

constexpr auto byte_digits = [] {
  std::array<std::array<char, 2>, 256> made{};
  for (std::size_t i = 0; i < made.size(); ++i) made[i] = {digits[i >> 4U], digits[i & 15U]};
  return made;
}();

// `count` digits, an even number.
template <class Out>
Out write_hex(Out at, std::uint64_t value, unsigned count) {
  for (unsigned left = count; left > 0; left -= 2) {
    const auto& pair = byte_digits[value >> (4 * (left - 2)) & 0xFFU];
    *at++ = pair[0];
    *at++ = pair[1];
  }
  return at;
}

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Of level 2, which takes all keys that level 1 does (section 3.3.1.3.1).
bool is_state_key(std::string_view key) {
  constexpr std::size_t longest = 256;
  return !key.empty() && key.size() <= longest && is_lower_or_digit(key.front()) &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return is_lower_or_digit(c) ||
                  std::string_view{"_-*/@"}.find(c) != std::string_view::npos;
         });
}

bool is_state_value(std::string_view value) {
  constexpr std::size_t longest = 256;
  return !value.empty() && value.size() <= longest && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= 0x20 && c < 0x7F && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

trace_id_text text_of(trace_id id) {
  trace_id_text text;
  write_hex(write_hex(text.begin(), id.high, 16), id.low, 16);
  return text;
}

span_id_text text_of(span_id id) {
  span_id_text text;
  write_hex(text.begin(), id.value, 16);
  return text;
}

std::optional<span_context> parse_traceparent(std::string_view text) {
  constexpr std::size_t size = std::tuple_size_v<traceparent_text>;
  if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') {
    return std::nullopt;
  }
  std::uint64_t version = 0;
  std::uint64_t flags = 0;
  span_context made;
  if (!read_hex(text.substr(0, 2), version) || !read_hex(text.substr(3, 16), made.trace.high) ||
      !read_hex(text.substr(19, 16), made.trace.low) ||
      !read_hex(text.substr(36, 16), made.span.value) || !read_hex(text.substr(53, 2), flags)) {
    return std::nullopt;
  }
  if (version == 0xFF || !made.trace.is_set() || !made.span.is_set()) return std::nullopt;
  if (text.size() > size && (version == 0 || text[size] != '-')) return std::nullopt;
  made.flags = static_cast<std::uint8_t>(flags & (sampled_flag | random_flag));
  return made;
}

traceparent_text to_traceparent(const span_context& of) {
  traceparent_text text;
  auto* at = text.begin();
  at = write_hex(at, 0, 2);
  *at++ = '-';
  at = write_hex(at, of.trace.high, 16);
  at = write_hex(at, of.trace.low, 16);
  *at++ = '-';
  at = write_hex(at, of.span.value, 16);
  *at++ = '-';
  write_hex(at, of.flags, 2);
  return text;
}

bool is_tracestate(std::string_view text) {
  if (text.size() > max_tracestate_bytes) return false;
  std::size_t members = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto member = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (member.empty()) continue;  // may be there (section 3.3.1.1)
    const auto equals = member.find('=');
    if (equals == member.npos || ++members > max_tracestate_members) return false;
    if (!is_state_key(member.substr(0, equals)) || !is_state_value(member.substr(equals + 1))) {
      return false;
    }
  }
  return members != 0;
}

}  // namespace latchkey::trace
