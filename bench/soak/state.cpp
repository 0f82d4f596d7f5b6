#include "soak/state.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace latchkey::bench::soak {

moment now() {
  return {clock::now(), core::wall_time::clock::now()};
}

std::mt19937_64 state::random_for(std::uint32_t who) const {
  std::seed_seq seeds{seed & 0xFFFF'FFFFU, seed >> 32U, std::uint64_t{who} + 1'000};
  return std::mt19937_64{seeds};
}

void state::judge(const question& asked, moment sent, unsigned status, std::string_view instead,
                  bool wrong_body) {
  // What is asked while everything is being ended says nothing.
  if (env.stopping()) return;
  const auto answered = now();
  const auto label = label_of(asked.token, sent.steady, history, signing);
  counted.count(label, status);
  const auto right = right_answers(asked, sent, answered, history);
  if (right.contains(status) && !wrong_body) return;
  auto got = status == no_answer ? std::string{instead} : std::to_string(status);
  if (wrong_body) got += " with the answer to another request";
  counted.add_wrong({since_start(), std::string{label}, std::string{name_of(asked.to)},
                     text_of(right), std::move(got)});
}

async::task<bool> is_due(state& all, std::chrono::milliseconds at) {
  const auto when = all.start + at;
  while (all.goes_on() && clock::now() < when) {
    const auto left = when - clock::now();
    co_await all.env.sleep(std::min<core::steady_duration>(left, std::chrono::milliseconds{100}));
  }
  co_return all.goes_on();
}

}  // namespace latchkey::bench::soak
