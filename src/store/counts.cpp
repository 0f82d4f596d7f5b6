#include <latchkey/store/counts.hpp>
#include <latchkey/store/errc.hpp>

#include <algorithm>
#include <chrono>

namespace latchkey::store {

std::string_view to_string(operation one) {
  switch (one) {
    case operation::list:
      return "list";
    case operation::create:
      return "create";
    case operation::read:
      return "read";
    case operation::update:
      return "update";
    case operation::remove:
      return "delete";
  }
  return "unknown";
}

std::string_view result_name(std::size_t index) {
  return index == 0 ? "ok" : reason(static_cast<errc>(index));
}

void counts::add(operation one, const core::error_code& error, core::steady_duration took) {
  auto& mine = rows_.at(static_cast<std::size_t>(one));
  const bool known = error && error.category() == category();
  const auto result = !error  ? 0
                      : known ? static_cast<std::size_t>(error.value())
                              : static_cast<std::size_t>(errc::unavailable);
  mine.results.at(result).fetch_add(1, std::memory_order_relaxed);
  const auto seconds = std::chrono::duration<double>{took}.count();
  const auto* const bucket =
      std::lower_bound(duration_bounds.begin(), duration_bounds.end(), seconds);
  mine.durations.at(static_cast<std::size_t>(bucket - duration_bounds.begin()))
      .fetch_add(1, std::memory_order_relaxed);
  mine.nanoseconds.fetch_add(
      static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()),
      std::memory_order_relaxed);
}

operation_counts counts::of(operation one) const {
  const auto& mine = rows_.at(static_cast<std::size_t>(one));
  operation_counts made;
  for (std::size_t i = 0; i < made.results.size(); ++i) made.results[i] = mine.results[i].load();
  for (std::size_t i = 0; i < made.durations.size(); ++i) {
    made.durations[i] = mine.durations[i].load();
  }
  made.seconds = static_cast<double>(mine.nanoseconds.load()) / 1e9;
  return made;
}

}  // namespace latchkey::store
