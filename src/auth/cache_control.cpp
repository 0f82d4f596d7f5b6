#include <latchkey/auth/cache_control.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>

#include <algorithm>
#include <cstdint>

namespace latchkey::auth {
namespace {

constexpr std::int64_t longest = std::int64_t{1} << 31;

// Digits only; saturates.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(value * 10 + (c - '0'), longest);
  }
  return std::chrono::seconds{value};
}

// Takes the next element of a list separated by commas; a comma within quotes does not separate.
std::string_view take_element(std::string_view& list) {
  std::size_t end = 0;
  for (bool quoted = false; end < list.size() && (quoted || list[end] != ','); ++end) {
    if (list[end] == '"') quoted = !quoted;
    if (quoted && list[end] == '\\') ++end;
  }
  end = std::min(end, list.size());
  const auto element = http::trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

}  // namespace

cache_control parse_cache_control(std::string_view value) {
  cache_control found;
  while (!value.empty()) {
    const auto element = take_element(value);
    const auto equals = element.find('=');
    const auto name = http::trim(element.substr(0, equals));
    if (http::same_name(name, "no-store")) found.no_store = true;
    if (http::same_name(name, "no-cache")) found.no_cache = true;
    if (!http::same_name(name, "max-age")) continue;
    auto argument =
        equals == element.npos ? std::string_view{} : http::trim(element.substr(equals + 1));
    if (argument.size() >= 2 && argument.front() == '"' && argument.back() == '"') {
      argument = argument.substr(1, argument.size() - 2);
    }
    const auto age = parse_seconds(argument).value_or(std::chrono::seconds{0});
    found.max_age = found.max_age && *found.max_age != age ? std::chrono::seconds{0} : age;
  }
  return found;
}

core::steady_duration effective_max_age(std::string_view value, const refresh_settings& settings) {
  const auto said = parse_cache_control(value);
  if (!said.no_store && !said.no_cache && !said.max_age) return settings.max_age;
  const auto named = said.no_store || said.no_cache ? std::chrono::seconds{0} : *said.max_age;
  const auto held =
      std::clamp<core::steady_duration>(named, settings.shortest_max_age, settings.longest_max_age);
  const bool fails_closed = settings.max_stale == core::steady_duration::zero();
  return fails_closed ? held : std::min(held, settings.max_stale);
}

std::chrono::seconds parse_retry_after(std::string_view value) {
  return parse_seconds(http::trim(value)).value_or(std::chrono::seconds{0});
}

}  // namespace latchkey::auth
