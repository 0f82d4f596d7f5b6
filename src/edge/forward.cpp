#include "exchange.hpp"

#include <latchkey/edge/forward.hpp>
#include <latchkey/http/problem.hpp>

#include <stdexcept>
#include <utility>

namespace latchkey::edge {
namespace {

std::chrono::milliseconds or_else(std::chrono::milliseconds wanted,
                                  std::chrono::milliseconds usual) {
  return wanted.count() != 0 ? wanted : usual;
}

struct forwarder {
  std::shared_ptr<const forwarding_route> by;

  async::task<http::response> operator()(http::context& ctx) const {
    auto pool = by->to->here();
    if (!pool) throw std::logic_error{"a request is forwarded on a thread that has no pool"};
    return exchange::run(std::make_shared<exchange>(ctx, *by, std::move(pool)));
  }
};

}  // namespace

forwarding_route::forwarding_route(std::shared_ptr<const edge::upstream> leads_to,
                                   forward_settings settings)
    : to{std::move(leads_to)},
      headers{std::move(settings.headers)},
      rewrite{std::move(settings.rewrite)},
      answer{or_else(settings.answer_timeout, to->settings().timeouts.answer)},
      idle{or_else(settings.idle_timeout, to->settings().timeouts.idle)},
      end_with_token{settings.end_with_token} {}

http::handler forward(std::shared_ptr<const forwarding_route> by) {
  return forwarder{std::move(by)};
}

}  // namespace latchkey::edge
