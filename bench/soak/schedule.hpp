// What happens when in a soak: a pure function of the seed and the duration. Not for doing it.
#pragma once

#include <latchkey/core/time.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::soak {

// Events of one lane follow one another, those of different lanes may fall together. Tunnels do not
// wait for the one before.
enum class lane : std::uint8_t { keys, provider, upstream, reload, clients, tunnels };
std::string_view name_of(lane one);

// Within a lane, the kinds are what its runner knows by that name.
struct event {
  std::chrono::milliseconds at{};  // from the start
  lane of = lane::keys;
  std::string_view what;
  std::chrono::milliseconds length{};  // 0 for what has none

  bool operator==(const event&) const = default;
};

// All kinds of a lane.
std::vector<std::string_view> kinds_of(lane one);

// In the order of their time. The last ones are over before the end, so that what they lead to is
// seen. Each lane takes its kinds in turns, each turn in another order: what a run has time for is
// not left to chance.
std::vector<event> make_schedule(std::uint64_t seed, std::chrono::seconds duration);

// One line for each.
std::string text_of(const std::vector<event>& all);

}  // namespace latchkey::bench::soak
