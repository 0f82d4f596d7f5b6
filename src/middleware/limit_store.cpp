#include <latchkey/middleware/limit_store.hpp>

#include <chrono>
#include <utility>

namespace latchkey::middleware {

std::string_view to_string(limit_by by) {
  switch (by) {
    case limit_by::address:
      return "address";
    case limit_by::subject:
      return "subject";
    case limit_by::client_id:
      return "client_id";
    case limit_by::issuer:
      return "issuer";
  }
  return {};
}

limit_store::limit_store(core::clock clock, const core::siphash_key& key, std::size_t keys)
    : clock_{std::move(clock)}, key_{key}, keys_{keys}, began_{clock_.steady()} {}

std::shared_ptr<limit_table> limit_store::table() {
  const std::lock_guard hold{mutex_};
  if (!table_) table_ = std::make_shared<limit_table>(keys_);
  return table_;
}

std::shared_ptr<limit_count> limit_store::count_of(std::string_view route, limit_by by) {
  const std::lock_guard hold{mutex_};
  for (const auto& one : counts_) {
    if (one->route == route && one->by == by) return one;
  }
  auto made = std::make_shared<limit_count>();
  made->route = route;
  made->by = by;
  return counts_.emplace_back(std::move(made));
}

std::vector<std::shared_ptr<const limit_count>> limit_store::counts() const {
  const std::lock_guard hold{mutex_};
  return {counts_.begin(), counts_.end()};
}

bucket_time limit_store::now() const {
  const auto since = clock_.steady() - began_;
  return 1 + static_cast<bucket_time>(
                 std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

}  // namespace latchkey::middleware
