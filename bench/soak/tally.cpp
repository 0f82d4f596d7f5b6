#include "soak/tally.hpp"

#include "common/statistics.hpp"

#include <algorithm>
#include <utility>

namespace latchkey::bench::soak {
namespace {

constexpr std::size_t max_kept = 10'000;
constexpr double tight = 0.02;
constexpr double loose = 0.5;  // caches and pools are still being filled
constexpr std::chrono::minutes long_enough{30};
constexpr std::chrono::minutes tenth_minute{10};

double median_between(const std::vector<memory_sample>& samples, std::chrono::milliseconds from,
                      std::chrono::milliseconds to, bool& some) {
  std::vector<double> found;
  for (const auto& one : samples) {
    if (one.at >= from && one.at <= to) found.push_back(static_cast<double>(one.bytes));
  }
  some = some && !found.empty();
  return spread_of(std::move(found)).median;
}

}  // namespace

void tally::count(std::string_view token, unsigned status) {
  ++sent_;
  auto found = tokens_.find(token);
  if (found == tokens_.end()) found = tokens_.emplace(std::string{token}, token_counts{}).first;
  ++found->second.sent;
  ++found->second.statuses[status];
}

void tally::add_wrong(wrong_answer one) {
  ++wrong_count_;
  ++tokens_[one.token].wrong;
  if (wrong_.size() < max_kept) wrong_.push_back(std::move(one));
}

std::string text_of(const answers& some) {
  std::string text;
  for (const auto one : some) {
    text += (text.empty() ? "" : " or ") + (one == no_answer ? "no answer" : std::to_string(one));
  }
  return text;
}

memory_growth judge_memory(const std::vector<memory_sample>& samples,
                           std::chrono::seconds planned) {
  memory_growth made;
  made.reference = planned >= 6 * tenth_minute ? std::chrono::seconds{tenth_minute} : planned / 6;
  made.around = std::min<std::chrono::milliseconds>(std::chrono::minutes{1},
                                                    std::chrono::milliseconds{planned} / 12);
  made.allowed = planned >= long_enough ? tight : loose;
  made.whole = true;
  made.before = median_between(samples, made.reference - made.around, made.reference + made.around,
                               made.whole);
  made.after = median_between(samples, planned - 2 * made.around, planned, made.whole);
  return made;
}

}  // namespace latchkey::bench::soak
