#include "judge_clock.hpp"

#include <array>
#include <cstddef>

namespace latchkey::doctor {
namespace {

using std::chrono::seconds;

constexpr std::string_view form = "Sun, 06 Nov 1994 08:49:37 GMT";

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t size) {
  // Digits alone: a sign would be read as well.
  int value = 0;
  for (const char one : text.substr(at, size)) {
    if (one < '0' || one > '9') return std::nullopt;
    value = value * 10 + (one - '0');
  }
  return value;
}

std::optional<unsigned> month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<unsigned>(i + 1);
  }
  return std::nullopt;
}

// Of a response that a cache has held; 0 for what is no such number.
seconds age_of(std::string_view text) {
  constexpr std::size_t longest = 9;
  if (text.empty() || text.size() > longest) return seconds{0};
  return seconds{number_at(text, 0, text.size()).value_or(0)};
}

std::string length_text(seconds length) {
  constexpr std::chrono::minutes minutes_from{2};
  constexpr std::chrono::hours hours_from{2};
  if (length < minutes_from) return std::to_string(length.count()) + " s";
  if (length < hours_from) {
    return std::to_string(std::chrono::floor<std::chrono::minutes>(length).count()) + " minutes";
  }
  return std::to_string(std::chrono::floor<std::chrono::hours>(length).count()) + " hours";
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  if (text.size() != form.size()) return std::nullopt;
  for (const auto at : {3U, 4U, 7U, 11U, 16U, 19U, 22U, 25U}) {
    if (text[at] != form[at]) return std::nullopt;
  }
  if (!text.ends_with(" GMT")) return std::nullopt;
  const auto day = number_at(text, 5, 2);
  const auto month = month_of(text.substr(8, 3));
  const auto year = number_at(text, 12, 4);
  const auto hour = number_at(text, 17, 2);
  const auto minute = number_at(text, 20, 2);
  const auto second = number_at(text, 23, 2);
  if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  constexpr int leap_second = 60;
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > leap_second) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         seconds{*second};
}

seconds clock_difference(std::chrono::sys_seconds date, seconds age, core::wall_time sent,
                         core::wall_time received) {
  const auto earliest = date + age;
  // Both have been cut to whole seconds.
  const auto latest = earliest + seconds{age == seconds{0} ? 1 : 2};
  // In whole seconds: a wall_time has no room for any year that a provider may name.
  const auto sent_in = std::chrono::floor<seconds>(sent);
  const auto received_by = std::chrono::ceil<seconds>(received);
  if (sent_in > latest) return sent_in - latest;
  if (received_by < earliest) return received_by - earliest;
  return seconds{0};
}

std::optional<finding> judge_clock(const std::string& subject, const seen_way& seen,
                                   seconds leeway) {
  if (seen.got != reached::answer) return std::nullopt;
  const auto date = parse_http_date(seen.date);
  if (!date) return std::nullopt;
  const auto off = clock_difference(*date, age_of(seen.age), seen.sent, seen.received);
  const auto length = off < seconds{0} ? -off : off;
  const auto allowed = "; clock_skew allows " + std::to_string(leeway.count()) + " s";
  if (length == seconds{0}) return good("clock", subject, "agrees with the provider's");
  const bool ahead = off > seconds{0};
  const auto found = "this machine is " + length_text(length) + (ahead ? " ahead of" : " behind") +
                     " the provider" + allowed;
  if (length <= leeway) {
    return warning("clock", subject, found,
                   "set this machine's clock by NTP (timedatectl set-ntp true), before it is off "
                   "by more");
  }
  return fault("clock", subject, found,
               std::string{ahead ? "tokens seem to have expired too soon"
                                 : "tokens live on for too long, and new ones may seem to be of "
                                   "the future"} +
                   ": set this machine's clock by NTP (timedatectl set-ntp true); if this one is "
                   "right, it is the provider's that is wrong");
}

}  // namespace latchkey::doctor
