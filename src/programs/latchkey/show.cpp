#include "show.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <chrono>
#include <ctime>

namespace latchkey::programs {
namespace {

namespace json = boost::json;

struct sequence {
  std::string_view bytes;
  std::string_view escaped;
};

// In UTF-8: the marks that turn the direction of what follows, which serialize leaves as they are.
constexpr std::array<sequence, 9> direction_marks = {{{"\xE2\x80\xAA", "\\u202a"},
                                                      {"\xE2\x80\xAB", "\\u202b"},
                                                      {"\xE2\x80\xAC", "\\u202c"},
                                                      {"\xE2\x80\xAD", "\\u202d"},
                                                      {"\xE2\x80\xAE", "\\u202e"},
                                                      {"\xE2\x81\xA6", "\\u2066"},
                                                      {"\xE2\x81\xA7", "\\u2067"},
                                                      {"\xE2\x81\xA8", "\\u2068"},
                                                      {"\xE2\x81\xA9", "\\u2069"}}};

std::string hex_escape(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string{"\\u00"} + digits[byte / 16] + digits[byte % 16];
}

// Escapes DEL and U+0080..U+009F, which terminals obey as well, and the direction marks.
std::string harmless(std::string_view serialized) {
  std::string out;
  for (std::size_t i = 0; i < serialized.size(); ++i) {
    const auto byte = static_cast<unsigned char>(serialized[i]);
    const auto next =
        i + 1 < serialized.size() ? static_cast<unsigned char>(serialized[i + 1]) : 0U;
    if (byte == 0x7F) {
      out += hex_escape(byte);
      continue;
    }
    if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
      out += hex_escape(static_cast<unsigned char>(next));
      ++i;
      continue;
    }
    const sequence* mark = nullptr;
    for (const auto& one : direction_marks) {
      if (serialized.substr(i).starts_with(one.bytes)) mark = &one;
    }
    if (mark) {
      out += mark->escaped;
      i += mark->bytes.size() - 1;
    } else {
      out += serialized[i];
    }
  }
  return out;
}

template <class Items, class Write>
std::string enclosed(const Items& items, char open, char close, std::size_t indent, Write write) {
  if (items.empty()) return {open, close};
  std::string out{open};
  const char* comma = "\n";
  for (const auto& one : items) {
    out += comma + std::string(indent + 2, ' ') + write(one);
    comma = ",\n";
  }
  return out + '\n' + std::string(indent, ' ') + close;
}

}  // namespace

std::string pretty_json(const json::value& value, std::size_t indent) {
  if (const auto* object = value.if_object()) {
    return enclosed(*object, '{', '}', indent, [indent](const json::key_value_pair& one) {
      return harmless(json::serialize(json::string_view{one.key()})) + ": " +
             pretty_json(one.value(), indent + 2);
    });
  }
  if (const auto* array = value.if_array()) {
    return enclosed(*array, '[', ']', indent,
                    [indent](const json::value& one) { return pretty_json(one, indent + 2); });
  }
  return harmless(json::serialize(value));
}

std::string date_text(std::int64_t unix_seconds) {
  constexpr std::int64_t end_of_9999 = 253'402'300'799;
  if (unix_seconds < 0 || unix_seconds > end_of_9999) return std::to_string(unix_seconds);
  const std::time_t seconds = unix_seconds;
  std::tm parts{};
  std::array<char, 40> text{};
  gmtime_r(&seconds, &parts);
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text.data();
}

std::string distance_text(std::int64_t unix_seconds, core::wall_time now) {
  struct unit {
    const char* name;
    double seconds;
  };
  constexpr std::array<unit, 4> units = {
      {{"day", 86'400}, {"hour", 3600}, {"minute", 60}, {"second", 1}}};
  const auto now_seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto distance = static_cast<double>(unix_seconds) - static_cast<double>(now_seconds);
  const auto length = distance < 0 ? -distance : distance;
  for (const auto& one : units) {
    if (length < one.seconds) continue;
    const auto count = static_cast<std::int64_t>(length / one.seconds);
    const auto text = std::to_string(count) + ' ' + one.name + (count == 1 ? "" : "s");
    return distance < 0 ? text + " ago" : "in " + text;
  }
  return "now";
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char one : harmless(text)) {
    const auto byte = static_cast<unsigned char>(one);
    if (byte < 0x20) {
      out += hex_escape(byte);
    } else {
      out += one;
    }
  }
  return out;
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 200;
  const auto shown = text.substr(0, longest);
  return harmless(json::serialize(json::string_view{shown.data(), shown.size()})) +
         (shown.size() < text.size() ? "..." : "");
}

}  // namespace latchkey::programs
