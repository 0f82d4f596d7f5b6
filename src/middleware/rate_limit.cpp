#include <latchkey/core/client_network.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/middleware/rate_limit.hpp>

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace latchkey::middleware {
namespace {

constexpr std::uint64_t second = 1'000'000;

std::uint64_t seconds_of(bucket_time span) {
  return (span + second - 1) / second;
}

bucket_rule rule_of(const limit_settings& settings) {
  const auto parsed = parse_rate(settings.rate);
  if (!parsed) throw std::invalid_argument{"not a rate: \"" + settings.rate + '"'};
  return {parsed->interval(), settings.burst != 0 ? settings.burst : parsed->count};
}

// The hash of several texts, of which none can be taken for a part of another.
class joined_hash {
 public:
  joined_hash(const limit_store& store, std::uint64_t name) : store_{store} { add(name); }

  void add(std::string_view text) { add(store_.hash(text)); }
  std::uint64_t value() const { return store_.hash({bytes_.data(), used_}); }

 private:
  void add(std::uint64_t part) {
    std::memcpy(bytes_.data() + used_, &part, sizeof part);
    used_ += sizeof part;
  }

  const limit_store& store_;
  std::array<char, 3 * sizeof(std::uint64_t)> bytes_;
  std::size_t used_ = 0;
};

// Of most routes, without asking for memory.
using verdicts = boost::container::small_vector<bucket_verdict, 4>;

void add_state(http::response& answer, const std::vector<limiter>& limits, const verdicts& seen) {
  for (std::size_t i = 0; i < seen.size(); ++i) limits[i].tell(seen[i], answer);
}

}  // namespace

http::response too_many_requests(std::uint64_t seconds) {
  auto refusal = http::problem(http::status::too_many_requests, "Too Many Requests");
  refusal.set("retry-after", std::to_string(seconds));
  return refusal;
}

limiter::limiter(std::shared_ptr<limit_store> store, const limit_settings& settings,
                 std::string_view route, std::string_view name, std::string label)
    : store_{std::move(store)},
      table_{store_->table()},
      refused_{store_->count_of(route, settings.by)},
      by_{settings.by},
      rule_{rule_of(settings)},
      name_{store_->hash(name)},
      quoted_label_{'"' + std::move(label) + '"'},
      policy_{quoted_label_ + ";q=" + std::to_string(rule_.burst) +
              ";w=" + std::to_string(seconds_of(rule_.span()))} {}

// Of a token without a subject (a client) all of its issuer are one.
std::uint64_t limiter::key_of(const http::context& ctx) const {
  joined_hash hash{*store_, name_};
  if (by_ == limit_by::address) {
    hash.add(core::client_key(ctx.client));
    return hash.value();
  }
  if (!ctx.principal) throw std::logic_error{"a limit by token stands before the token is judged"};
  hash.add(ctx.principal->issuer);
  if (by_ == limit_by::subject) hash.add(ctx.principal->subject);
  if (by_ == limit_by::client_id) hash.add(ctx.principal->client);
  return hash.value();
}

bucket_verdict limiter::take(const http::context& ctx) const {
  return table_->take(key_of(ctx), rule_, store_->now());
}

void limiter::give_back(const http::context& ctx, bucket_verdict& taken) const {
  table_->give_back(key_of(ctx), rule_, store_->now());
  ++taken.remaining;
}

void limiter::tell(const bucket_verdict& after, http::response& answer) const {
  const auto until_full = (rule_.burst - after.remaining) * rule_.interval;
  const auto until = after.passes ? until_full : after.retry_after;
  const fmt::format_int remaining{after.remaining};
  const fmt::format_int seconds{seconds_of(until)};
  answer.add("ratelimit-policy", policy_);
  answer.add("ratelimit", {quoted_label_,
                           ";r=",
                           {remaining.data(), remaining.size()},
                           ";t=",
                           {seconds.data(), seconds.size()}});
}

async::task<http::response> rate_limit::operator()(http::context& ctx,
                                                   const http::handler& next) const {
  verdicts seen;
  seen.reserve(limits->size());
  for (const auto& one : *limits) {
    const auto& verdict = seen.emplace_back(one.take(ctx));
    if (verdict.passes) continue;
    for (std::size_t i = 0; i + 1 < seen.size(); ++i) (*limits)[i].give_back(ctx, seen[i]);
    one.count_refusal();
    ctx.reason = "rate_limited";
    auto refusal = too_many_requests(seconds_of(verdict.retry_after));
    add_state(refusal, *limits, seen);
    co_return refusal;
  }
  auto answer = co_await next(ctx);
  add_state(answer, *limits, seen);
  co_return answer;
}

std::shared_ptr<const std::vector<limiter>> make_limits(const std::shared_ptr<limit_store>& store,
                                                        const std::vector<limit_settings>& all,
                                                        std::string_view route,
                                                        std::string_view identity,
                                                        bool by_address) {
  std::vector<limiter> made;
  std::array<unsigned, 4> of_kind{};
  for (const auto& one : all) {
    if ((one.by == limit_by::address) != by_address) continue;
    const std::string kind{to_string(one.by)};
    const auto before = of_kind.at(static_cast<std::size_t>(one.by))++;
    const auto name =
        std::string{identity} + '\n' + kind + ' ' + one.rate + ' ' + std::to_string(one.burst);
    made.emplace_back(store, one, route, name,
                      before == 0 ? kind : kind + '-' + std::to_string(before + 1));
  }
  if (made.empty()) return nullptr;
  return std::make_shared<const std::vector<limiter>>(std::move(made));
}

}  // namespace latchkey::middleware
