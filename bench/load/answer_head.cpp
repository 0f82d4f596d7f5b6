#include "load/answer_head.hpp"

#include "load/errc.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace latchkey::bench::load {
namespace {

constexpr std::string_view line_end = "\r\n";

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char one, char other) { return lower(one) == lower(other); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || text.empty()) return std::nullopt;
  return value;
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find(line_end);
  const auto line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + line_end.size());
  return line;
}

// "HTTP/1.1 200 OK"; 0 for anything else.
unsigned status_of(std::string_view line) {
  constexpr std::string_view version = "HTTP/1.1 ";
  constexpr std::size_t digits = 3;
  if (!line.starts_with(version)) return 0;
  line.remove_prefix(version.size());
  if (line.size() < digits || (line.size() > digits && line[digits] != ' ')) return 0;
  return number_of<unsigned>(line.substr(0, digits)).value_or(0);
}

}  // namespace

core::result<answer_head> parse_answer_head(std::string_view text) {
  answer_head head;
  head.status = status_of(take_line(text));
  if (head.status < 200 || head.status > 599) return errc::bad_answer;
  std::optional<std::size_t> length;
  for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0) return errc::bad_answer;
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (same_word(name, "transfer-encoding")) return errc::bad_answer;
    if (same_word(name, "connection") && same_word(value, "close")) head.keep_alive = false;
    if (same_word(name, "retry-after")) head.retry_after = number_of<unsigned>(value);
    if (!same_word(name, "content-length")) continue;
    if (length) return errc::bad_answer;
    length = number_of<std::size_t>(value);
    if (!length || *length > most_body_bytes) return errc::bad_answer;
  }
  if (!text.empty()) return errc::bad_answer;
  if (head.status == 204 || head.status == 304) return head;
  if (!length) return errc::bad_answer;
  head.body_bytes = *length;
  return head;
}

}  // namespace latchkey::bench::load
