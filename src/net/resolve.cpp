#include <latchkey/net/errc.hpp>
#include <latchkey/net/resolve.hpp>

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <utility>

namespace latchkey::net {
namespace {

// Shared by the one who waits and the resolver's handler, whichever ends last.
struct query {
  explicit query(async::executor where) : resolver{where}, timer{where} {}

  async::tcp_resolver resolver;
  async::timer timer;
  bool answered = false;
  core::error_code error;
  async::tcp_resolver::results_type found;
};

}  // namespace

async::task<core::result<async::tcp_resolver::results_type>> resolve(std::string host,
                                                                     std::string service,
                                                                     core::deadline until) {
  if (until.passed(core::steady_time::clock::now())) co_return errc::timeout;
  const auto where = co_await boost::asio::this_coro::executor;
  const auto one = std::make_shared<query>(where);
  one->timer.expires_at(until.at());
  one->resolver.async_resolve(
      host, service, [one](const core::error_code& error, async::tcp_resolver::results_type found) {
        one->answered = true;
        one->error = error;
        one->found = std::move(found);
        one->timer.cancel();
      });
  core::error_code ignored;
  co_await one->timer.async_wait(async::use_task_with(ignored));
  if (!one->answered) co_return errc::timeout;
  if (one->error) co_return one->error;
  co_return std::move(one->found);
}

}  // namespace latchkey::net
