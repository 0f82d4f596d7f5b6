#include <latchkey/app/request_counts.hpp>

#include <algorithm>

namespace latchkey::app {
namespace {

constexpr std::size_t unmatched = 0;
constexpr std::size_t further = 1;
constexpr std::string_view no_reason = "none";

}  // namespace

std::size_t counted_method(http::verb method) {
  switch (method) {
    case http::verb::get:
      return 0;
    case http::verb::head:
      return 1;
    case http::verb::post:
      return 2;
    case http::verb::put:
      return 3;
    case http::verb::patch:
      return 4;
    case http::verb::delete_:
      return 5;
    case http::verb::options:
      return 6;
    case http::verb::trace:
      return 7;
    default:
      return counted_methods.size() - 1;
  }
}

std::size_t duration_bucket(std::chrono::microseconds took) {
  std::size_t at = 0;
  while (at < duration_bounds.size() && took.count() > duration_bounds[at]) ++at;
  return at;
}

request_counts::request_counts(const async::io_pool& threads)
    : threads_{threads, [](std::size_t) { return std::make_unique<thread_counts>(); }},
      patterns_{"none", "other"} {
  make(unmatched);
  make(further);
}

void request_counts::make(std::size_t index) {
  for (const auto& one : threads_.all()) {
    owned_.push_back(std::make_unique<route_counts>());
    one->routes[index].store(owned_.back().get(), std::memory_order_release);
  }
}

std::size_t request_counts::index_of(std::string_view pattern) {
  const std::lock_guard lock{mutex_};
  const auto known = std::find(patterns_.begin(), patterns_.end(), pattern);
  const auto index = static_cast<std::size_t>(known - patterns_.begin());
  if (known != patterns_.end()) return index;
  if (index == max_routes) return further;
  patterns_.emplace_back(pattern);
  make(index);
  return index;
}

void request_counts::add(const http::exchange& ended) const noexcept {
  auto* const mine = threads_.here();
  if (mine == nullptr) return;
  auto& route = *mine->routes[ended.route_index].load(std::memory_order_acquire);
  const auto hundreds = std::min<std::size_t>(ended.status / 100, counted_statuses.size() - 1);
  route.requests[counted_method(ended.verb)][hundreds].add();
  if (!ended.protocol.empty()) {
    route.durations[duration_bucket(ended.took)].add();
    route.took_us.add(static_cast<std::uint64_t>(ended.took.count()));
  }
  if (ended.bytes_in != 0) route.bytes_in.add(ended.bytes_in);
  if (ended.bytes_out != 0) route.bytes_out.add(ended.bytes_out);
  if (!ended.reason.empty()) mine->refusals.add(ended.reason);
  if (ended.checked != nullptr) {
    const std::size_t result = ended.status / 100 == 2 ? 0 : ended.status / 100 == 4 ? 1 : 2;
    mine->checks[result].add(ended.reason.empty() ? no_reason : ended.reason);
  }
}

void request_counts::route_counts::add_to(route_totals& sum) const {
  for (std::size_t method = 0; method < requests.size(); ++method) {
    for (std::size_t status = 0; status < requests[method].size(); ++status) {
      sum.requests[method][status] += requests[method][status].get();
    }
  }
  for (std::size_t i = 0; i < durations.size(); ++i) sum.durations[i] += durations[i].get();
  sum.took_us += took_us.get();
  sum.bytes_in += bytes_in.get();
  sum.bytes_out += bytes_out.get();
}

request_totals request_counts::totals() const {
  request_totals all;
  const std::lock_guard lock{mutex_};
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    auto& sum = all.routes[patterns_[i]];
    for (const auto& one : threads_.all()) {
      one->routes[i].load(std::memory_order_acquire)->add_to(sum);
    }
  }
  const auto adding_to = [](auto& counts) {
    return [&counts](std::string_view reason, std::uint64_t count) {
      counts[std::string{reason}] += count;
    };
  };
  for (const auto& one : threads_.all()) {
    one->refusals.each(adding_to(all.refusals));
    for (std::size_t i = 0; i < check_results.size(); ++i) {
      one->checks[i].each(adding_to(all.checks[i]));
    }
  }
  return all;
}

}  // namespace latchkey::app
