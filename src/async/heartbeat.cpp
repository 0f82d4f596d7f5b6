#include <latchkey/async/heartbeat.hpp>

#include <boost/asio/post.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace latchkey::async {

void heartbeat(io_pool& pool, const executor& home, std::function<void()> alive) {
  struct round {
    std::atomic<std::size_t> left;
    std::function<void()> alive;
  };
  const auto shared = std::make_shared<round>(pool.size(), std::move(alive));
  for (std::size_t i = 0; i < pool.size(); ++i) {
    asio::post(pool.at(i), [shared, home] {
      if (shared->left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
      asio::post(home, [shared] { shared->alive(); });
    });
  }
}

}  // namespace latchkey::async
