// Middleware: answers 429 to whoever asks more often than the route allows, and tells everybody
// how much is left (RateLimit and RateLimit-Policy, draft-ietf-httpapi-ratelimit-headers). Limits
// by address stand before the token is judged, the others behind it. Not for counting: limit_table.
#pragma once

#include <latchkey/http/handler.hpp>
#include <latchkey/middleware/limit_store.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::middleware {

// The answer to a request that a limit refuses, but for what the limits say of themselves: 429, and
// in how many seconds there is room for one.
http::response too_many_requests(std::uint64_t seconds);

// One limit of a route, ready to be asked.
class limiter {
 public:
  // `name`: unlike that of any other limit in use, and the same after a reload that leaves it as it
  // is. `label`: what it is called towards clients, letters, digits, '-' and '_'. Throws
  // std::invalid_argument where the rate is none.
  limiter(std::shared_ptr<limit_store> store, const limit_settings& settings,
          std::string_view route, std::string_view name, std::string label);

  bucket_verdict take(const http::context& ctx) const;
  // Of a request that passed here and is refused all the same; `taken` becomes what is left then.
  void give_back(const http::context& ctx, bucket_verdict& taken) const;
  void count_refusal() const { refused_->refused.fetch_add(1, std::memory_order_relaxed); }

  // Adds its items of RateLimit-Policy and RateLimit.
  void tell(const bucket_verdict& after, http::response& answer) const;

 private:
  std::uint64_t key_of(const http::context& ctx) const;

  std::shared_ptr<limit_store> store_;
  std::shared_ptr<limit_table> table_;
  std::shared_ptr<limit_count> refused_;
  limit_by by_;
  bucket_rule rule_;
  std::uint64_t name_;
  std::string quoted_label_;
  std::string policy_;
};

struct rate_limit {
  // All of them are asked, until one refuses: then those before it have their tokens back.
  std::shared_ptr<const std::vector<limiter>> limits;

  // Sets ctx.reason to "rate_limited" where it refuses.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

// The limits of a route by address (or those by all else), named by where they stand; null where
// there is none. `identity`: of the route, as for `name` above.
std::shared_ptr<const std::vector<limiter>> make_limits(const std::shared_ptr<limit_store>& store,
                                                        const std::vector<limit_settings>& all,
                                                        std::string_view route,
                                                        std::string_view identity, bool by_address);

}  // namespace latchkey::middleware
