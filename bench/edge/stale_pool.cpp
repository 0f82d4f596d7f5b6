// The stale-pool row: an upstream that ends idle connections, asked in bursts with pauses of about
// the time for which it keeps them.
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/pacing.hpp"
#include "edge/upstreams.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <memory>

namespace latchkey::bench::edge {
namespace {

constexpr seconds answer_timeout{20};
// Over which the requests of one burst are spread.
constexpr milliseconds burst_width{40};
constexpr std::size_t handshakes_at_once = 8;

struct shape {
  std::size_t connections = 0;
  std::size_t bursts = 0;
  milliseconds keep_alive{};
};

// What the connections of one half share.
struct half {
  load::target to;
  std::string token;
  std::vector<milliseconds> bursts;
  core::steady_time start;
  std::uint64_t next_id = 0;
  outcome_counts counts;
};

std::string request_of(std::uint64_t id, const std::string& token) {
  const bool post = id % 2 == 1;
  auto text = fmt::format("{} /{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n",
                          post ? "POST" : "GET", id, token);
  if (post) text += "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
  return post ? text : text + "\r\n";
}

void count(outcome_counts& counts, const answer& got, std::uint64_t id) {
  ++counts.sent;
  if (got.status == 200 && got.whole && carries(got.body, id)) {
    ++counts.right;
  } else if (got.status == 200 && got.whole) {
    ++counts.mixed;
  } else if (got.status == 0) {
    ++counts.no_status;
  } else {
    ++counts.others[got.status];
  }
}

async::task<> ask_once(client& over, half& all) {
  const auto id = all.next_id++;
  const auto request = request_of(id, all.token);
  const core::deadline until{clock::now() + answer_timeout};
  const auto got = co_await over.exchange(request, until);
  count(all.counts, got, id);
}

using clients = std::vector<std::unique_ptr<client>>;

// The first request of each, few at a time: it is not their handshakes that are measured.
async::task<> ask_first(test_env& env, half& all, clients& over, std::size_t& next) {
  while (next < over.size()) {
    env.check();
    auto& one = *over[next++];
    co_await ask_once(one, all);
  }
}

async::task<> ask_in_bursts(test_env& env, half& all, client& over, milliseconds offset) {
  for (std::size_t i = 1; i < all.bursts.size(); ++i) {
    co_await load::sleep_until(env.home(), all.start + all.bursts[i] + offset);
    env.check();
    co_await ask_once(over, all);
  }
}

async::task<> run_half(test_env& env, half& all, std::size_t connections) {
  clients over;
  for (std::size_t i = 0; i < connections; ++i) {
    over.push_back(std::make_unique<client>(env.waits(), all.to));
  }
  std::size_t next = 0;
  std::vector<async::task<>> first;
  for (std::size_t i = 0; i < handshakes_at_once; ++i) {
    first.push_back(ask_first(env, all, over, next));
  }
  co_await load::when_all(env.home(), std::move(first));
  all.start = clock::now();
  std::vector<async::task<>> asking;
  for (std::size_t i = 0; i < connections; ++i) {
    const auto offset = burst_width * static_cast<long>(i) / static_cast<long>(connections);
    asking.push_back(ask_in_bursts(env, all, *over[i], offset));
  }
  co_await load::when_all(env.home(), std::move(asking));
}

struct bed {
  std::unique_ptr<node_upstream> upstream;
  running_proxy front;
};

async::task<bed> set_up(test_env& env, proxy which, const issuer_process& keys,
                        milliseconds keep_alive) {
  bed made;
  upstream_options with;
  with.number = static_cast<std::uint64_t>(keep_alive.count());
  made.upstream = co_await node_upstream::start(env, "counting", with);
  proxy_options options;
  options.upstreams = {made.upstream->port()};
  made.front = co_await start_proxy(env, which, keys, std::move(options));
  co_return made;
}

async::task<row> run_stale_pool(test_env& env, proxy which) {
  const auto keys = co_await issuer_process::start(env);
  const auto token = co_await keys->token();
  const std::vector<shape> shapes{
      {env.pick<std::size_t>(500, 40), env.pick<std::size_t>(100, 9), milliseconds{1'000}},
      {env.pick<std::size_t>(1'000, 40), env.pick<std::size_t>(50, 4), milliseconds{5'000}}};
  std::vector<bed> beds;
  std::vector<std::unique_ptr<half>> halves;
  std::vector<async::task<>> running;
  std::uint32_t seed = 0;
  for (const auto& one : shapes) {
    beds.push_back(co_await set_up(env, which, *keys, one.keep_alive));
    auto made = std::make_unique<half>();
    made->to = beds.back().front.front;
    made->token = token;
    made->bursts = bursts(one.bursts, one.keep_alive, ++seed);
    halves.push_back(std::move(made));
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    running.push_back(run_half(env, *halves[i], shapes[i].connections));
  }
  co_await load::when_all(env.home(), std::move(running));
  outcome_counts sum;
  seen_posts seen;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    sum.add(halves[i]->counts);
    const auto report = co_await beds[i].upstream->report();
    const auto more = seen_posts_of(report);
    seen.posts += more.posts;
    seen.twice += more.twice;
    seen.connections += more.connections;
  }
  row made;
  made.required = fmt::format(
      "Node.js, keepAliveTimeout 1 s and 5 s, {} requests, half of them POST, in bursts with "
      "pauses "
      "up to 6 s: all right, no POST seen twice",
      sum.sent);
  made.measured = fmt::format("{}; the upstream saw {} POST, {} of them twice, over {} connections",
                              text_of(sum), seen.posts, seen.twice, seen.connections);
  made.ok = sum.sent > 0 && sum.right == sum.sent && seen.twice == 0;
  co_return made;
}

}  // namespace

void add_stale_pool(std::vector<fault_case>& all) {
  add_for_all(all, "stale-pool", run_stale_pool, false);
}

}  // namespace latchkey::bench::edge
