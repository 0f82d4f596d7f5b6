#include <latchkey/middleware/cors.hpp>

#include <utility>

namespace latchkey::middleware {

async::task<http::response> cors::operator()(http::context& ctx, const http::handler& next) const {
  const bool allowed = policy->allows(ctx.request);
  ctx.credentials_welcome = allowed && policy->takes_credentials();
  auto answer = co_await next(ctx);
  policy->apply(ctx.request, allowed, answer);
  co_return answer;
}

namespace {

struct preflight_handler {
  std::shared_ptr<const cors_policy> policy;

  async::task<http::response> operator()(http::context& ctx) const {
    co_return policy->preflight(ctx.request);
  }
};

}  // namespace

http::handler preflight(std::shared_ptr<const cors_policy> policy) {
  return preflight_handler{std::move(policy)};
}

}  // namespace latchkey::middleware
