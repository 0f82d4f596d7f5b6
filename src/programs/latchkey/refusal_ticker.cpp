#include "refusal_ticker.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace latchkey::programs {

refusal_ticker::refusal_ticker(async::executor home, std::shared_ptr<const app::refusal_sampler> of,
                               std::shared_ptr<const app::log> to)
    : of_{std::move(of)}, to_{std::move(to)}, timer_{home} {}

void refusal_ticker::start() {
  timer_.expires_after(std::chrono::seconds{1});
  timer_.async_wait([this](const boost::system::error_code& stopped) {
    if (stopped) return;
    tell();
    start();
  });
}

void refusal_ticker::stop() {
  timer_.cancel();
}

void refusal_ticker::tell() {
  const auto news = app::take_news(told_, of_->totals());
  if (news.empty()) return;
  std::uint64_t count = 0;
  boost::json::object reasons;
  for (const auto& one : news) {
    count += one.count;
    reasons[one.reason] = one.count;
  }
  to_->event(app::log_level::info, "refusals_not_logged",
             {{"count", count}, {"reasons", std::move(reasons)}});
}

}  // namespace latchkey::programs
