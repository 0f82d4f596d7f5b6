#include "line_text.hpp"

#include <latchkey/core/every_byte.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace latchkey::app {
namespace {

// Those that JSON may have in a text as they are, and a terminal heeds: DEL and U+0080 to U+009F.
void escape_further_controls(std::string& json) {
  for (std::size_t at = 0; at < json.size(); ++at) {
    const auto byte = [&json](std::size_t i) { return static_cast<unsigned char>(json[i]); };
    if (byte(at) == 0x7F) {
      json.replace(at, 1, "\\u007f");
    } else if (byte(at) == 0xC2 && at + 1 < json.size() && byte(at + 1) >= 0x80 &&
               byte(at + 1) < 0xA0) {
      json.replace(at, 2, fmt::format("\\u{:04x}", byte(at + 1)));
    }
  }
}

// Where so many bytes can be written; keep() says how many have been.
char* room_for(line_buffer& out, std::size_t bytes) {
  out.reserve(out.size() + bytes);
  return out.data() + out.size();
}

void keep(line_buffer& out, const char* end) {
  out.resize(static_cast<std::size_t>(end - out.data()));
}

char* write(char* at, std::string_view text) {
  return std::copy(text.begin(), text.end(), at);
}

// `width` digits, with zeros in front, and what stands behind them.
char* write_digits(char* at, unsigned value, unsigned width, char behind) {
  for (auto i = width; i > 0; --i, value /= 10) at[i - 1] = static_cast<char>('0' + value % 10);
  at[width] = behind;
  return at + width + 1;
}

}  // namespace

bool is_plain_word(std::string_view text) {
  return !text.empty() && core::every_byte(text, [](unsigned char c) -> bool {
    return (c > 0x20) & (c < 0x7F) & (c != '"') & (c != '=') & (c != '\\');
  });
}

std::string escaped(const boost::json::value& of) {
  auto json = boost::json::serialize(of);
  escape_further_controls(json);
  return json;
}

void append_time(line_buffer& out, core::wall_time at) {
  using namespace std::chrono;
  const auto moment = floor<milliseconds>(at);
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss time{moment - day};
  std::array<char, 24> text;
  auto* end = text.data();
  const auto write = [&end](auto value, unsigned width, char behind) {
    end = write_digits(end, static_cast<unsigned>(value), width, behind);
  };
  write(static_cast<int>(date.year()), 4, '-');
  write(static_cast<unsigned>(date.month()), 2, '-');
  write(static_cast<unsigned>(date.day()), 2, 'T');
  write(time.hours().count(), 2, ':');
  write(time.minutes().count(), 2, ':');
  write(time.seconds().count(), 2, '.');
  write(time.subseconds().count(), 3, 'Z');
  append(out, {text.data(), text.size()});
}

void field_writer::begin(std::string_view name) {
  constexpr std::size_t around = 4;
  auto* at = room_for(out_, name.size() + around);
  at = json_ ? write(at, ",\"") : write(at, " ");
  at = write(at, name);
  keep(out_, json_ ? write(at, "\":") : write(at, "="));
}

void field_writer::add(std::string_view name, std::string_view text) {
  begin(name);
  if (!json_ && is_plain_word(text)) return append(out_, text);
  const bool plain = core::every_byte(text, [](unsigned char c) -> bool {
    return (c >= 0x20) & (c < 0x7F) & (c != '"') & (c != '\\');
  });
  if (!plain) return append(out_, escaped(json_view(text)));
  auto* at = room_for(out_, text.size() + 2);
  *at++ = '"';
  at = write(at, text);
  *at++ = '"';
  keep(out_, at);
}

void field_writer::add(std::string_view name, std::int64_t number) {
  begin(name);
  const fmt::format_int digits{number};
  append(out_, {digits.data(), digits.size()});
}

}  // namespace latchkey::app
