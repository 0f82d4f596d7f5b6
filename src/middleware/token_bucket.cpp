#include <latchkey/middleware/token_bucket.hpp>

#include <charconv>
#include <system_error>

namespace latchkey::middleware {
namespace {

constexpr bucket_time shortest_interval = 100;

std::optional<std::chrono::seconds> unit_of(std::string_view text) {
  if (text == "s") return std::chrono::seconds{1};
  if (text == "m") return std::chrono::minutes{1};
  if (text == "h") return std::chrono::hours{1};
  return std::nullopt;
}

}  // namespace

std::optional<rate> parse_rate(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos || text.front() < '1' || text.front() > '9') return std::nullopt;
  rate made;
  const auto* const end = text.data() + slash;
  const auto [rest, failure] = std::from_chars(text.data(), end, made.count);
  const auto in = unit_of(text.substr(slash + 1));
  if (failure != std::errc{} || rest != end || !in) return std::nullopt;
  made.in = *in;
  if (made.count > 1'000'000'000 || made.interval() < shortest_interval) return std::nullopt;
  return made;
}

}  // namespace latchkey::middleware
