#include "edge/pacing.hpp"

#include "common/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace latchkey::bench::edge {

std::vector<std::chrono::milliseconds> bursts(std::size_t count,
                                              std::chrono::milliseconds keep_alive,
                                              std::uint32_t seed) {
  constexpr std::int64_t before = 80;
  constexpr std::int64_t behind = 40;
  std::mt19937 random{seed};
  std::uniform_int_distribution<std::int64_t> any{50, max_gap.count()};
  std::uniform_int_distribution<std::int64_t> close{keep_alive.count() - before,
                                                    keep_alive.count() + behind};
  std::vector<std::chrono::milliseconds> made;
  std::chrono::milliseconds at{0};
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back(at);
    at += std::min(std::chrono::milliseconds{i % 2 == 0 ? close(random) : any(random)}, max_gap);
  }
  return made;
}

void outcome_counts::add(const outcome_counts& more) {
  sent += more.sent;
  right += more.right;
  mixed += more.mixed;
  no_status += more.no_status;
  for (const auto& [status, count] : more.others) others[status] += count;
}

std::string text_of(const outcome_counts& counts) {
  auto text = fmt::format("{} right", grouped(static_cast<double>(counts.right)));
  for (const auto& [status, count] : counts.others) {
    text += fmt::format(", {} x {}", grouped(static_cast<double>(count)), status);
  }
  if (counts.no_status > 0) text += fmt::format(", {} without a readable answer", counts.no_status);
  if (counts.mixed > 0) text += fmt::format(", {} MIXED UP", counts.mixed);
  return text;
}

bool carries(std::string_view body, std::uint64_t id) {
  const auto wanted = fmt::format("id={}", id);
  return body.starts_with(wanted) && (body.size() == wanted.size() || body[wanted.size()] == '\n');
}

seen_posts seen_posts_of(const boost::json::object& report) {
  return {report.at("posts").to_number<std::uint64_t>(),
          report.at("posts_twice").to_number<std::uint64_t>(),
          report.at("connections").to_number<std::uint64_t>()};
}

}  // namespace latchkey::bench::edge
