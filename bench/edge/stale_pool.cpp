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

async::task<> ask_in_bursts(test_env& env, half& all, std::size_t number, std::size_t of) {
  client over{env.waits(), all.to};
  const auto offset = burst_width * static_cast<long>(number) / static_cast<long>(of);
  for (const auto& burst : all.bursts) {
    co_await load::sleep_until(env.home(), all.start + burst + offset);
    env.check();
    const auto id = all.next_id++;
    const auto request = request_of(id, all.token);
    const core::deadline until{clock::now() + answer_timeout};
    const auto got = co_await over.exchange(request, until);
    count(all.counts, got, id);
  }
}

async::task<> run_half(test_env& env, half& all, std::size_t connections) {
  // Long enough for their handshakes.
  all.start = clock::now() + milliseconds{100};
  std::vector<async::task<>> asking;
  for (std::size_t i = 0; i < connections; ++i) {
    asking.push_back(ask_in_bursts(env, all, i, connections));
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
  }
  row made;
  made.required = fmt::format(
      "Node.js, keepAliveTimeout 1 s and 5 s, {} requests, half of them POST, in bursts with "
      "pauses "
      "up to 6 s: all right, no POST seen twice",
      sum.sent);
  made.measured = fmt::format("{}; the upstream saw {} POST, {} of them twice", text_of(sum),
                              seen.posts, seen.twice);
  made.ok = sum.sent > 0 && sum.right == sum.sent && seen.twice == 0;
  co_return made;
}

}  // namespace

void add_stale_pool(std::vector<fault_case>& all) {
  add_for_all(all, "stale-pool", run_stale_pool, false);
}

}  // namespace latchkey::bench::edge
