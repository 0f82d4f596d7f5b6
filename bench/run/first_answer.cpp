#include "run/first_answer.hpp"

#include "load/errc.hpp"
#include "load/when_all.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>
#include <utility>

namespace latchkey::bench::run {
namespace {

using clock = core::steady_time::clock;
constexpr std::chrono::seconds timeout{5};
constexpr std::chrono::milliseconds between{200};

struct search {
  std::string request;
  expectation expect;
  load::target to;
  const std::function<bool(const std::string&)>& waiting;
  bool found = false;
};

async::task<> ask(async::socket_waits& waits, search& all) {
  for (;;) {
    load::connection over{waits, all.to};
    const core::deadline until{clock::now() + timeout};
    const auto got = co_await over.exchange(all.request, until);
    if (got && all.expect.allows(got->head.status)) {
      all.found = true;
      co_return;
    }
    const auto last = got ? std::to_string(got->head.status) : load::name_of(got.error());
    if (!all.waiting(last)) co_return;
    co_await load::sleep_for(waits.where, between);
  }
}

}  // namespace

bool await_right_answer(const workload& what, const token_kind& kind, load::target to,
                        const std::function<bool(const std::string& last)>& waiting) {
  const auto& shape = what.shapes.front();
  search all{shape.before, kind.expect, std::move(to), waiting};
  if (kind.with_token) all.request += shape.bearer + kind.tokens->front() + "\r\n";
  all.request += shape.after;
  async::asio::io_context context{1};
  async::socket_waits waits{context.get_executor()};
  async::asio::co_spawn(context.get_executor(), ask(waits, all),
                        [&context](const std::exception_ptr& fault) {
                          context.stop();
                          if (fault) std::rethrow_exception(fault);
                        });
  context.run();
  return all.found;
}

}  // namespace latchkey::bench::run
