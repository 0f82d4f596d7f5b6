#include "common/run_to_end.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <utility>

namespace latchkey::bench {

std::exception_ptr run_to_end(boost::asio::io_context& context, async::task<> work,
                              const std::function<bool()>& asked_to_stop,
                              const std::function<void()>& stop) {
  constexpr std::chrono::milliseconds turn{50};
  std::exception_ptr fault;
  bool over = false;
  bool stopping = false;
  const auto done = [&](const std::exception_ptr& thrown) {
    fault = thrown;
    over = true;
  };
  boost::asio::co_spawn(context.get_executor(), std::move(work), done);
  while (!over) {
    context.run_for(turn);
    if (context.stopped()) context.restart();
    if (stopping || !asked_to_stop || !asked_to_stop()) continue;
    stopping = true;
    stop();
  }
  return fault;
}

}  // namespace latchkey::bench
