// Parses --idp: the actions of the identity provider during a load, and their times. Pure; not for
// carrying them out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::run {

// "rotate/5s"          every five seconds, each key published one period before it signs
// "rotate-now@10s"     at ten seconds: published only when it signs
// "remove@12s"         the oldest key is published no more
// "fail=unavailable@5s+3s"   the key set fails like that, from five seconds on for three
// "stall@5s+3s"        it is accepted and not answered
// "flood=200@5s+3s"    200 requests a second with kids that no key has
struct provider_action {
  enum class kind : std::uint8_t { rotate, rotate_now, remove, fail, flood };
  using time = std::chrono::nanoseconds;

  std::string text;  // as it was given
  kind what = kind::rotate;
  std::string fault;  // of fail: a kind that latchkey-issuer knows
  double rate = 0;    // of flood, a second
  time at{};          // from the beginning of what is measured
  std::optional<time> every;
  time length{};  // of fail and flood
};

// Throws std::invalid_argument that says what is wrong and what there is.
provider_action parse_provider_action(std::string_view text);

// One thing that is done at one time.
struct provider_step {
  enum class kind : std::uint8_t { publish, sign, rotate, remove, fail, heal, flood };
  provider_action::time at{};
  kind what = kind::rotate;
  std::string fault;
  double rate = 0;
  provider_action::time length{};

  bool operator==(const provider_step&) const = default;
};

// All steps before `end`, in their order.
std::vector<provider_step> steps_of(const std::vector<provider_action>& actions,
                                    provider_action::time end);

}  // namespace latchkey::bench::run
