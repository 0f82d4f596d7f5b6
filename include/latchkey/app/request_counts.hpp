// What is counted of requests: by each worker thread for itself and without a lock, by the route's
// index, which is given out when a configuration is put to use; added up when somebody looks. Not
// for writing it: request_metrics.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/per_thread.hpp>
#include <latchkey/core/counter.hpp>
#include <latchkey/core/text_counts.hpp>
#include <latchkey/http/exchange.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

// The methods that have a name of their own in the figures; the last is all others.
inline constexpr std::array<std::string_view, 9> counted_methods{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "other"};
std::size_t counted_method(http::verb method);

// By the hundreds of the status; 0: nothing was answered.
inline constexpr std::array<std::string_view, 6> counted_statuses{"none", "1xx", "2xx",
                                                                  "3xx",  "4xx", "5xx"};

// The upper ends of the buckets of durations, in microseconds; one more bucket is of what is above.
inline constexpr std::array<std::uint32_t, 18> duration_bounds{
    50,     100,     250,     500,     1'000,     2'500,     5'000,     10'000,     25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000};
std::size_t duration_bucket(std::chrono::microseconds took);

// What another proxy was told of a request of its own: it may pass, it may not, or it is not known.
inline constexpr std::array<std::string_view, 3> check_results{"allowed", "refused", "failed"};

// Of one route, all threads together. Numbers alone, so that two can be told apart by subtraction.
struct route_totals {
  std::array<std::array<std::uint64_t, counted_statuses.size()>, counted_methods.size()> requests{};
  // Of requests whose head was understood.
  std::array<std::uint64_t, duration_bounds.size() + 1> durations{};
  std::uint64_t took_us = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;

  bool operator==(const route_totals&) const = default;
};

struct request_totals {
  // By the pattern; "none" is of requests that no route took, heads that were refused among them.
  std::map<std::string, route_totals, std::less<>> routes;
  std::map<std::string, std::uint64_t, std::less<>> refusals;  // by their reason
  // Checks of other proxies, by what they were told and by the reason.
  std::array<std::map<std::string, std::uint64_t, std::less<>>, check_results.size()> checks;
};

class request_counts {
 public:
  // So many patterns are told apart while the process lives, those of earlier configurations among
  // them; requests of further ones are counted under "other".
  static constexpr std::size_t max_routes = 1024;

  explicit request_counts(const async::io_pool& threads);

  // The index by which requests of the pattern are counted, the same whenever it is asked for. Any
  // thread; before a request of the route is counted.
  std::size_t index_of(std::string_view pattern);

  // On a thread of the pool: a few additions to what this thread alone writes.
  void add(const http::exchange& ended) const noexcept;

  // Any thread.
  request_totals totals() const;

 private:
  struct route_counts {
    std::array<std::array<core::counter, counted_statuses.size()>, counted_methods.size()> requests;
    std::array<core::counter, duration_bounds.size() + 1> durations;
    core::counter took_us;
    core::counter bytes_in;
    core::counter bytes_out;

    void add_to(route_totals& sum) const;
  };
  struct thread_counts {
    // Set once each, before any request has the index.
    std::array<std::atomic<route_counts*>, max_routes> routes{};
    core::text_counts refusals;
    std::array<core::text_counts, check_results.size()> checks;
  };

  void make(std::size_t index);

  async::per_thread<thread_counts> threads_;
  mutable std::mutex mutex_;           // of what follows
  std::vector<std::string> patterns_;  // by index
  std::vector<std::unique_ptr<route_counts>> owned_;
};

}  // namespace latchkey::app
