#include "config_check.hpp"
#include "config_forwarding.hpp"
#include "config_override.hpp"
#include "config_read.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/core/file.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace latchkey::app {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;

diagnostics one_problem(const config_source& source, std::string message) {
  diagnostic problem;
  problem.source = source.file.string();
  problem.message = std::move(message);
  return {std::move(problem)};
}

std::string all_lines(const diagnostics& problems) {
  std::string text;
  for (const auto& one : problems) text += (text.empty() ? "" : "\n") + to_string(one);
  return text;
}

// Behind the string that begins at `at`, or to the end of its line or of the text where it has no
// end: the parser refuses that.
std::size_t behind_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool many_lines = text.substr(at).starts_with(three);
  at += many_lines ? 3 : 1;
  while (at < text.size()) {
    const char c = text[at];
    if (!many_lines && c == quote) return at + 1;
    if (!many_lines && c == '\n') return at;
    if (many_lines && text.substr(at).starts_with(three)) {
      // Two more of them are the last of what the string holds.
      return std::min(text.find_first_not_of(quote, at), std::min(at + 5, text.size()));
    }
    at += quote == '"' && c == '\\' ? 2 : 1;
  }
  return text.size();
}

// The line of the first key with more dots than any real one has, 0 if there is none. The parser
// recurses by the part of a dotted key, so that an endless one would use up the stack.
unsigned deeply_dotted_line(std::string_view text) {
  constexpr std::size_t most = 200;
  unsigned line = 1;
  std::size_t dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    auto next = at + 1;
    if (c == '"' || c == '\'') next = behind_string(text, at);
    if (c == '#') next = std::min(text.find('\n', at), text.size());
    if (std::string_view{"\n=,[]{}"}.find(c) != std::string_view::npos) dots = 0;
    if (c == '.' && ++dots > most) return line;
    const auto passed = text.substr(at, next - at);
    line += static_cast<unsigned>(std::count(passed.begin(), passed.end(), '\n'));
    at = next;
  }
  return 0;
}

}  // namespace

std::string to_string(const diagnostic& problem) {
  auto text = problem.source;
  if (problem.line > 0) {
    text += ':' + std::to_string(problem.line) + ':' + std::to_string(problem.column);
  }
  if (!problem.key.empty()) text += ": " + problem.key;
  return text + ": " + problem.message;
}

void throw_exception_from_error(const diagnostics& problems, const boost::source_location&) {
  throw std::invalid_argument{all_lines(problems)};
}

load_result parse_config(std::string_view text, const config_source& source) {
  report problems{source.file.string(), source.stopped};
  if (const auto line = deeply_dotted_line(text); line != 0) {
    return diagnostics{{source.file.string(), line, 1, "",
                        "a key with more than 200 dots; expected keys as print-config shows them"}};
  }
  toml::table table;
  try {
    table = toml::parse(text, source.file.string());
  } catch (const toml::parse_error& refused) {
    problems.add(refused.source(), "", "not TOML: " + std::string{refused.description()});
    return problems.take();
  }
  const auto folder = std::filesystem::absolute(source.file).parent_path();
  apply_overrides(table, source, problems);
  auto value = read_table(table, folder, problems);
  complete_forwarding(value);
  check_together(value, problems);
  if (!problems.empty()) return problems.take();
  if (core::is_stopped(source.stopped)) return one_problem(source, core::given_up{}.what());
  return value;
}

load_result load_config(const config_source& source) {
  const auto refused = [&source](const std::string& why) {
    return one_problem(source, why + "; expected a configuration file in TOML");
  };
  // A pipe of a shell has the configuration once: it is good for the start.
  auto opened = core::open_file::open(source.file, !source.again);
  if (opened.has_error()) return refused(core::fault_of_file(opened.error()));
  const auto text = opened->read(largest_file, source.stopped);
  if (text) return parse_config(*text, source);
  if (text.error() == core::file_errc::too_large) return refused("is larger than 1 MiB");
  return refused(core::fault_of_file(text.error()));
}

}  // namespace latchkey::app
