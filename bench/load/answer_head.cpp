#include "load/answer_head.hpp"

#include "load/errc.hpp"

#include <latchkey/core/every_byte.hpp>

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

constexpr unsigned first_of_1_1 = 1;

// The minor version and the status of "HTTP/1.1 200 OK"; status 0 for anything else.
struct start_line {
  unsigned minor = 0;
  unsigned status = 0;
};

start_line read_start(std::string_view line) {
  constexpr std::string_view version = "HTTP/1.";
  constexpr std::size_t digits = 3;
  if (!line.starts_with(version)) return {};
  line.remove_prefix(version.size());
  if (line.size() < 2 + digits || (line[0] != '0' && line[0] != '1') || line[1] != ' ') return {};
  const auto minor = static_cast<unsigned>(line[0] - '0');
  line.remove_prefix(2);
  if (line.size() > digits && line[digits] != ' ') return {};
  return {minor, number_of<unsigned>(line.substr(0, digits)).value_or(0)};
}

struct fields {
  std::optional<std::size_t> length;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
};

// The next member of a list with commas (RFC 9110 section 5.6.1), which `list` then lacks.
std::string_view take_member(std::string_view& list) {
  const auto comma = list.find(',');
  const auto member = trim(list.substr(0, comma));
  list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  return member;
}

void take_connection(std::string_view list, fields& known) {
  while (!list.empty()) {
    const auto member = take_member(list);
    if (same_word(member, "close")) known.close = true;
    if (same_word(member, "keep-alive")) known.keep_alive = true;
  }
}

// "timeout=5, max=100".
void take_keep_alive(std::string_view list, answer_head& head) {
  constexpr std::string_view name = "timeout=";
  while (!list.empty()) {
    const auto member = take_member(list);
    if (member.size() > name.size() && same_word(member.substr(0, name.size()), name)) {
      head.idle_seconds = number_of<unsigned>(member.substr(name.size()));
    }
  }
}

core::error_code take_field(std::string_view line, fields& known, answer_head& head) {
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0) return errc::bad_answer;
  const auto name = line.substr(0, colon);
  const auto value = trim(line.substr(colon + 1));
  // RFC 9110 section 5.5: no control characters.
  const bool plain = core::every_byte(
      value, [](unsigned char c) -> bool { return (c == '\t') | ((c >= 0x20) & (c != 0x7F)); });
  if (!plain) return errc::bad_answer;
  // Names of any other length than those below need no comparison.
  switch (name.size()) {
    case std::string_view{"connection"}.size():
      if (same_word(name, "connection")) take_connection(value, known);
      if (same_word(name, "keep-alive")) take_keep_alive(value, head);
      break;
    case std::string_view{"retry-after"}.size():
      if (same_word(name, "retry-after")) head.retry_after = number_of<unsigned>(value);
      break;
    case std::string_view{"content-length"}.size():
      if (!same_word(name, "content-length")) break;
      if (known.length) return errc::bad_answer;
      known.length = number_of<std::size_t>(value);
      if (!known.length) return errc::bad_answer;
      break;
    case std::string_view{"transfer-encoding"}.size():
      if (!same_word(name, "transfer-encoding")) break;
      if (known.chunked || !same_word(value, "chunked")) return errc::bad_answer;
      known.chunked = true;
      break;
    default:
      break;
  }
  return {};
}

void set_framing(const fields& known, bool to_head, answer_head& head) {
  if (to_head || head.status < 200 || head.status == 204 || head.status == 304) return;
  if (known.chunked) {
    head.framed = framing::chunked;
  } else if (known.length) {
    head.body_bytes = *known.length;
  } else {
    head.framed = framing::until_close;
    head.keep_alive = false;
  }
}

}  // namespace

core::result<answer_head> parse_answer_head(std::string_view text, bool to_head) {
  answer_head head;
  const auto start = read_start(take_line(text));
  head.status = start.status;
  if (head.status < 100 || head.status > 599) return errc::bad_answer;
  fields known;
  for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
    if (const auto error = take_field(line, known, head)) return error;
  }
  if (!text.empty()) return errc::bad_answer;
  // Two ends that may differ: what follows could be taken for another answer.
  if (known.chunked && known.length) return errc::bad_answer;
  // Both in one head are told apart by who must be believed: the end (RFC 9112 section 9.3).
  head.keep_alive = !known.close && (known.keep_alive || start.minor >= first_of_1_1);
  set_framing(known, to_head, head);
  return head;
}

}  // namespace latchkey::bench::load
