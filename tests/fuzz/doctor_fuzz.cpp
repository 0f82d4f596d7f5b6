// What the doctor reads of others' answers: the Date and the Age of a provider, in the first two
// lines, and PEM, in the rest. A date that is read is the one that would be written of it.
#include <doctor/certificate_facts.hpp>
#include <doctor/judge_clock.hpp>
#include <fuzz/require.hpp>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace core = latchkey::core;
namespace doctor = latchkey::doctor;

namespace {

std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// All but the name of the day, which nothing depends on, and the second that a minute may have
// more.
std::string written(core::wall_time when) {
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(when - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%02u %s %04d %02d:%02d:%02d GMT",
                static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

void check_date(std::string_view date, std::string_view age) {
  constexpr std::size_t behind_day = 5;
  const auto read = doctor::parse_http_date(date);
  if (read && date.substr(behind_day).find(":60 ") == std::string_view::npos) {
    require(date.substr(behind_day) == written(*read), "a date is read as it is written");
  }
  doctor::seen_way seen;
  seen.got = doctor::reached::answer;
  seen.date = date;
  seen.age = age;
  seen.sent = seen.received = core::wall_time{std::chrono::seconds{1'795'435'200}};
  const auto judged = doctor::judge_clock("issuer.0", seen, std::chrono::seconds{60});
  require(judged.has_value() == read.has_value(), "what can be read is judged");
  if (judged && judged->state != doctor::grade::ok) {
    require(!judged->advice.empty(), "what is wrong has advice");
  }
}

void check_certificates(std::string_view text) {
  const auto facts = doctor::read_certificate_facts(text, text);
  require(ERR_peek_error() == 0, "no error is left to others");
  require(!facts.of_key || (facts.has_key && *facts.of_key < facts.count), "a key of one of them");
  require(!facts.out_of_order || (*facts.out_of_order > 0 && *facts.out_of_order < facts.count),
          "one that stands behind another");
  require(facts.count > 0 || (facts.names.empty() && facts.authority.empty()),
          "of none nothing is said");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto date = take_line(text);
  const auto age = take_line(text);
  check_date(date, age);
  check_certificates(text);
  return 0;
}
