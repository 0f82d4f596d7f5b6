#include "run/provider_script.hpp"

#include "common/number.hpp"
#include "run/options.hpp"

#include <issuer/fault_kind.hpp>

#include <algorithm>
#include <stdexcept>

namespace latchkey::bench::run {
namespace {

using time = provider_action::time;
constexpr time shortest_period = std::chrono::milliseconds{100};
constexpr double highest_flood = 10'000;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument{"\"" + std::string{text} + "\": " + why};
}

// Takes what stands behind the last `mark` off the text; nothing where there is none.
std::optional<std::string_view> take_behind(std::string_view& text, char mark) {
  const auto at = text.rfind(mark);
  if (at == text.npos) return std::nullopt;
  const auto behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

double rate_of(std::string_view whole, std::string_view text) {
  const auto rate = parse_number<double>(text);
  if (!rate || !(*rate >= 1 && *rate <= highest_flood)) {
    refuse(whole, "a flood takes 1 to 10000 requests a second, as flood=200");
  }
  return *rate;
}

// The provider speaks plain HTTP, so that its certificates cannot be wrong.
void check_fault(std::string_view whole, std::string_view name) {
  std::string known;
  for (const auto& one : issuer::fault_kinds()) {
    if (one.by() == issuer::shown_by::certificate) continue;
    if (one.name == name) return;
    known += (known.empty() ? "" : ", ") + std::string{one.name};
  }
  refuse(whole, "there is no fault \"" + std::string{name} + "\"; there are " + known);
}

void set_kind(provider_action& made, std::string_view name, std::optional<std::string_view> value) {
  using kind = provider_action::kind;
  if (name == "fail") {
    if (!value || value->empty()) refuse(made.text, "fail needs a fault, as fail=unavailable");
    check_fault(made.text, *value);
    made.what = kind::fail;
    made.fault = *value;
  } else if (name == "flood") {
    made.what = kind::flood;
    made.rate = rate_of(made.text, value.value_or(""));
  } else if (value) {
    refuse(made.text, "only fail and flood take a value");
  } else if (name == "stall") {
    made.what = kind::fail;
    made.fault = "silence";
  } else if (name == "rotate") {
    made.what = kind::rotate;
  } else if (name == "rotate-now") {
    made.what = kind::rotate_now;
  } else if (name == "remove") {
    made.what = kind::remove;
  } else {
    refuse(made.text, "take rotate, rotate-now, remove, fail=FAULT, stall or flood=RATE");
  }
}

void add_steps(const provider_action& action, time at, std::vector<provider_step>& all) {
  using step = provider_step::kind;
  switch (action.what) {
    case provider_action::kind::rotate:
      // The key that has been published for a period signs, and the next one is published.
      all.push_back({at, step::sign, {}, 0, {}});
      all.push_back({at, step::publish, {}, 0, {}});
      break;
    case provider_action::kind::rotate_now:
      all.push_back({at, step::rotate, {}, 0, {}});
      break;
    case provider_action::kind::remove:
      all.push_back({at, step::remove, {}, 0, {}});
      break;
    case provider_action::kind::fail:
      all.push_back({at, step::fail, action.fault, 0, action.length});
      all.push_back({at + action.length, step::heal, {}, 0, {}});
      break;
    case provider_action::kind::flood:
      all.push_back({at, step::flood, {}, action.rate, action.length});
      break;
  }
}

}  // namespace

provider_action parse_provider_action(std::string_view text) {
  provider_action made;
  made.text = text;
  auto rest = text;
  const auto length = take_behind(rest, '+');
  const auto every = take_behind(rest, '/');
  const auto at = take_behind(rest, '@');
  const auto equals = rest.find('=');
  set_kind(made, rest.substr(0, equals),
           equals == rest.npos ? std::nullopt : std::optional{rest.substr(equals + 1)});
  if (at) made.at = parse_duration(*at);
  if (every) made.every = parse_duration(*every);
  if (length) made.length = parse_duration(*length);
  const bool lasts =
      made.what == provider_action::kind::fail || made.what == provider_action::kind::flood;
  if (lasts && made.length <= time{}) refuse(text, "needs a length, as @5s+3s");
  if (!lasts && length) refuse(text, "has no length: leave + out");
  if (made.every && *made.every < shortest_period) refuse(text, "every 100ms at the most");
  if (made.every && lasts && *made.every <= made.length) {
    refuse(text, "would begin again before it ends");
  }
  if (!made.every && !at) refuse(text, "when? as @10s, or /5s for every five seconds");
  if (made.what == provider_action::kind::rotate && !made.every) {
    refuse(text, "needs a period, as rotate/5s; rotate-now takes one moment");
  }
  return made;
}

std::vector<provider_step> steps_of(const std::vector<provider_action>& actions, time end) {
  std::vector<provider_step> all;
  for (const auto& action : actions) {
    if (!action.every) {
      if (action.at < end) add_steps(action, action.at, all);
      continue;
    }
    // The first key is published at the beginning, so that it is known when it signs.
    if (action.what == provider_action::kind::rotate) {
      all.push_back({action.at, provider_step::kind::publish, {}, 0, {}});
    }
    for (auto at = action.at + *action.every; at < end; at += *action.every) {
      add_steps(action, at, all);
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  return all;
}

}  // namespace latchkey::bench::run
