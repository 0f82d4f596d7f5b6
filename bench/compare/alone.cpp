#include "compare/alone.hpp"

#include "common/text_table.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

namespace latchkey::bench::compare {
namespace {

using idp_faults::clock;

constexpr double connecting_seconds = 40;  // at most, for all connections
constexpr std::chrono::milliseconds look_again{100};
constexpr std::chrono::seconds settling{1};

std::size_t descriptors_of(int pid) {
  std::size_t count = 0;
  std::error_code error;
  std::filesystem::directory_iterator at{fmt::format("/proc/{}/fd", pid), error};
  for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) ++count;
  return count;
}

// Requests with a token so far: each was looked up in the cache.
async::task<double> requests_of(field& on, contestant server) {
  load::target admin;
  admin.where = {async::asio::ip::address_v4::loopback(), server.admin_port};
  const auto page = co_await on.stage().ask(admin, "GET", "/metrics");
  const auto hits = metric_value(page.body, "latchkey_token_cache_hits_total");
  const auto misses = metric_value(page.body, "latchkey_token_cache_misses_total");
  if (!hits || !misses) throw std::runtime_error{"/metrics does not tell of the token cache"};
  co_return *hits + *misses;
}

struct instant {
  core::steady_time at;
  double requests = 0;
  usage used;
};

async::task<instant> look(field& on, contestant server) {
  instant now;
  now.requests = co_await requests_of(on, server);
  now.at = clock::now();
  now.used = usage_of(server.program->pid());
  co_return now;
}

async::task<> await_connections(field& on, contestant server, const child& client,
                                std::size_t wanted) {
  const auto until = clock::now() + std::chrono::seconds{static_cast<int>(connecting_seconds)};
  while (descriptors_of(server.program->pid()) < wanted) {
    if (clock::now() > until || descriptors_of(client.pid()) == 0) {
      throw std::runtime_error{fmt::format("{} connections could not be opened", wanted)};
    }
    co_await on.stage().sleep(look_again);
  }
  co_await on.stage().sleep(settling);
}

async::task<measured_run> between_two_looks(field& on, contestant server, unsigned connections,
                                            double seconds) {
  load_shape shape{seconds + 2 * connecting_seconds, connections, std::nullopt};
  const auto load = start_load(on.stage(), on.order_for(server, shape, part::hot));
  co_await await_connections(on, server, *load.program, connections);
  const auto first = co_await look(on, server);
  const auto length =
      std::chrono::duration_cast<core::steady_duration>(std::chrono::duration<double>{seconds});
  co_await on.stage().sleep(length);
  const auto last = co_await look(on, server);
  load.program->ask_to_end();
  measured_run made;
  made.load = co_await end_of_load(on.stage(), load, seconds);
  if (const auto fault = fault_of(made.load); !fault.empty()) throw std::runtime_error{fault};
  made.load.seconds = std::chrono::duration<double>{last.at - first.at}.count();
  made.load.answered = static_cast<std::uint64_t>(last.requests - first.requests);
  made.cpu_seconds = last.used.cpu_seconds - first.used.cpu_seconds;
  made.resident_bytes = last.used.resident_bytes;
  co_return made;
}

}  // namespace

std::optional<double> metric_value(std::string_view page, std::string_view name) {
  while (!page.empty()) {
    const auto line = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(line.size() + 1, page.size()));
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') continue;
    const auto text = line.substr(name.size() + 1);
    double value = 0;
    const auto got = std::from_chars(text.data(), text.data() + text.size(), value);
    if (got.ec == std::errc{} && got.ptr == text.data() + text.size()) return value;
  }
  return std::nullopt;
}

async::task<> measure_connections(field& on, compare_options asked, tell say, setting_pair& into) {
  into.what = "connections";
  into.one.title = grouped(asked.connections) + " connections, hot tokens";
  into.other.title = grouped(asked.many_connections) + " connections, hot tokens";
  const latchkey_setting usual;
  const auto server = co_await on.start(contender::latchkey, usual);
  for (unsigned round = 0; round < asked.rounds; ++round) {
    say(fmt::format("connections: round {} of {}", round + 1, asked.rounds));
    const auto few = co_await between_two_looks(on, server, asked.connections, asked.seconds);
    add(into.one.runs, few);
    const auto many = co_await between_two_looks(on, server, asked.many_connections, asked.seconds);
    add(into.other.runs, many);
  }
}

async::task<> measure_workers(field& on, compare_options asked, tell say, setting_pair& into) {
  into.what = "workers";
  into.one.title = "1 worker, distinct tokens";
  into.other.title = "2 workers, distinct tokens";
  const latchkey_setting single{1, false};
  const latchkey_setting twin{2, false};
  const auto one = co_await on.start(contender::latchkey, single);
  const auto two = co_await on.start(contender::latchkey, twin);
  const load_shape shape{asked.seconds, asked.connections, std::nullopt};
  const load_shape warmup{warmup_seconds, asked.connections, std::nullopt};
  co_await on.load(one, warmup, part::distinct);
  co_await on.load(two, warmup, part::distinct);
  for (unsigned round = 0; round < asked.rounds; ++round) {
    say(fmt::format("workers: round {} of {}", round + 1, asked.rounds));
    const auto of_one = co_await on.load(one, shape, part::distinct);
    add(into.one.runs, of_one);
    const auto of_two = co_await on.load(two, shape, part::distinct);
    add(into.other.runs, of_two);
  }
}

}  // namespace latchkey::bench::compare
