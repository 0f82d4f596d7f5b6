#include "edge/framing.hpp"

#include "common/text_file.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace latchkey::bench::edge {
namespace {

constexpr std::string_view line_end = "\r\n";
// What is read of it so far is clear, and the rest has not come.
constexpr std::string_view unfinished = "unfinished";

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char one) {
    return std::isalnum(one) != 0 || marks.find(static_cast<char>(one)) != marks.npos;
  });
}

bool is_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char one) { return (one < 0x20 && one != '\t') || one == 0x7f; });
}

std::string lower(std::string_view text) {
  std::string made{text};
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
  return made;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// The line at the front, which is taken off; nothing where its end has not come.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find(line_end);
  if (end == rest.npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + line_end.size());
  return line;
}

struct head_facts {
  unsigned hosts = 0;
  std::vector<std::string> lengths;
  std::vector<std::string> codings;
};

std::string problem_of_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last || line.find(' ', first + 1) != last) {
    return "a request line not of three words";
  }
  if (!is_token(line.substr(0, first))) return "a method that is no token";
  if (line.substr(last + 1) != "HTTP/1.1") return "another version than HTTP/1.1";
  if (!is_text(line)) return "a control character in the request line";
  return {};
}

std::string note_field(std::string_view line, head_facts& facts) {
  const auto colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon))) return "a field without a clean name";
  const auto value = trimmed(line.substr(colon + 1));
  if (!is_text(value)) return "a control character in a field";
  const auto name = lower(line.substr(0, colon));
  if (name == "host") ++facts.hosts;
  if (name == "content-length") facts.lengths.emplace_back(value);
  if (name == "transfer-encoding") facts.codings.push_back(lower(value));
  return {};
}

// Takes a body off the front; false where it has not all come.
bool take_length(std::string_view& rest, std::size_t length) {
  if (rest.size() < length) return false;
  rest.remove_prefix(length);
  return true;
}

std::string take_chunks(std::string_view& rest) {
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return std::string{unfinished};
    std::size_t size = 0;
    const auto read = std::from_chars(line->data(), line->data() + line->size(), size, 16);
    if (read.ec != std::errc{} || read.ptr != line->data() + line->size()) {
      return "a chunk's size that is not digits alone";
    }
    if (size == 0) break;
    if (!take_length(rest, size)) return std::string{unfinished};
    if (rest.size() < line_end.size()) return std::string{unfinished};
    if (!rest.starts_with(line_end)) return "a chunk without an end of line behind it";
    rest.remove_prefix(line_end.size());
  }
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return std::string{unfinished};
    if (line->empty()) return {};
    if (line->find(':') == line->npos) return "a trailer that is no field";
  }
}

std::string take_body(std::string_view& rest, const head_facts& facts) {
  if (facts.hosts != 1) return "not one Host";
  if (facts.lengths.size() + facts.codings.size() > 1) return "two framings";
  if (!facts.codings.empty()) {
    return facts.codings.front() == "chunked" ? take_chunks(rest) : "another coding than chunked";
  }
  if (facts.lengths.empty()) return {};
  const auto& text = facts.lengths.front();
  std::size_t length = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return "a Content-Length that is not digits alone";
  }
  return take_length(rest, length) ? std::string{} : std::string{unfinished};
}

std::string take_request(std::string_view& rest) {
  const auto line = take_line(rest);
  if (!line) return std::string{unfinished};
  if (auto problem = problem_of_line(*line); !problem.empty()) return problem;
  head_facts facts;
  for (;;) {
    const auto field = take_line(rest);
    if (!field) return std::string{unfinished};
    if (field->empty()) break;
    if (auto problem = note_field(*field, facts); !problem.empty()) return problem;
  }
  return take_body(rest, facts);
}

unsigned hex_digit(char one) {
  unsigned value = 0;
  std::from_chars(&one, &one + 1, value, 16);
  return value;
}

std::string unescaped(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      made += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'x' && i + 2 < text.size()) {
      made += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      constexpr std::string_view letters = "rnt0";
      constexpr std::string_view meant{"\r\n\t\0", 4};
      const auto at = letters.find(next);
      made += at == letters.npos ? next : meant[at];
    }
  }
  return made;
}

std::string repeated(std::string text) {
  constexpr std::string_view mark = "@REP(";
  for (auto at = text.find(mark); at != text.npos; at = text.find(mark)) {
    const auto end = text.find(')', at);
    if (end == text.npos) throw std::invalid_argument{"an @REP( without its end"};
    const auto count = std::stoul(text.substr(at + mark.size() + 2));
    text.replace(at, end + 1 - at, std::string(count, text[at + mark.size()]));
  }
  return text;
}

}  // namespace

framing read_requests(std::string_view bytes) {
  framing made;
  for (auto rest = bytes; !rest.empty();) {
    const auto before = rest;
    made.problem = take_request(rest);
    if (made.problem == unfinished) {
      made.problem.clear();
      made.cut = true;
    }
    if (made.cut || !made.problem.empty()) break;
    ++made.requests;
    made.heads.emplace_back(before.substr(0, before.find("\r\n\r\n") + 4));
  }
  return made;
}

std::vector<attack> read_attacks(std::string_view text) {
  std::vector<attack> all;
  for (const auto& line : split_lines(text)) {
    const auto tab = line.find('\t');
    if (tab == line.npos) throw std::invalid_argument{"a line without a tab: " + line};
    all.push_back({line.substr(0, tab), unescaped(repeated(line.substr(tab + 1)))});
  }
  return all;
}

std::string with_field(std::string_view bytes, std::string_view field) {
  // Behind empty lines before it, too.
  const auto begin = bytes.find_first_not_of("\r\n");
  const auto end = begin == bytes.npos ? begin : bytes.find(line_end, begin);
  std::string made{bytes};
  if (end == bytes.npos) return made;
  return made.insert(end + line_end.size(), std::string{field} + "\r\n");
}

}  // namespace latchkey::bench::edge
