// What a killed upstream may cost, decided from recorded requests: a pure function.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace latchkey::bench::edge {

struct timed_request {
  core::steady_time sent;
  core::steady_time answered;
  bool right = false;
  unsigned status = 0;  // 0: none
  bool post = false;
};

struct takeover_figures {
  std::size_t sent = 0;
  std::size_t failed_in_flight = 0;  // when it was killed
  std::size_t failed_before = 0;
  std::size_t failed_later = 0;     // sent when it was gone already
  core::steady_duration longest{};  // that one took which was right and not over before the kill
};

// "POST 502 after 12 ms", of the first that failed although it was sent later; empty where none
// did.
std::string first_failed_later(std::span<const timed_request> all, core::steady_time gone);

// `killed`: before the signal; `gone`: when the process had ended.
takeover_figures figures_of(std::span<const timed_request> all, core::steady_time killed,
                            core::steady_time gone);

}  // namespace latchkey::bench::edge
