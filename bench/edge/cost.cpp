// The cost rows: processor time of a proxied request whose token is checked, and what it adds to
// the latency, beside HAProxy; and what all that an operator may switch on adds to it.
#include "common/machine.hpp"
#include "common/statistics.hpp"
#include "compare/load_call.hpp"
#include "compare/programs.hpp"
#include "compare/testbed.hpp"
#include "edge/catalogue.hpp"
#include "edge/upstreams.hpp"
#include "load/when_all.hpp"

#include <latchkey/jose/rsa_batch.hpp>

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

namespace latchkey::bench::edge {
namespace {

constexpr unsigned connections = 64;
constexpr std::chrono::hours token_life{6};
constexpr std::size_t distinct_tokens = 4'000;
constexpr std::size_t hot_tokens = 16;
constexpr double max_hot = 0.45;  // of HAProxy's processor time
constexpr double max_distinct_batch = 0.60;
constexpr double max_distinct = 0.85;
constexpr double max_added_us = 150;
constexpr double max_operated = 1.10;  // of the processor time with all of it off

// What the rows share: the issuer and its tokens, the upstream, and where each runs.
struct bed {
  compare::core_plan cores;
  std::shared_ptr<issuer_process> keys;
  std::string public_key;
  std::filesystem::path distinct;
  std::filesystem::path hot;
  std::unique_ptr<plain_upstream> upstream;
};

async::task<bed> set_up(test_env& env) {
  bed made;
  made.cores = compare::plan_cores(usable_cores());
  const auto folder = env.certificate_file().parent_path();
  issuer_options with;
  with.key_file = (folder / "cost-issuer.key").string();
  made.keys = co_await issuer_process::start(env, with);
  made.public_key = env.write("public.pem", compare::public_pem_of(with.key_file)).string();
  token_options wanted;
  wanted.count = distinct_tokens;
  wanted.expires_in = token_life;
  const auto tokens = co_await made.keys->tokens(wanted);
  std::string all;
  std::string some;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    all += tokens[i] + '\n';
    if (i < hot_tokens) some += tokens[i] + '\n';
  }
  made.distinct = env.write("distinct.txt", all);
  made.hot = env.write("hot.txt", some);
  made.upstream = co_await plain_upstream::start(env, made.cores.load);
  co_return made;
}

async::task<running_proxy> start_with(test_env& env, const bed& on, proxy which, bool cache,
                                      proxy_options options) {
  options.upstreams = {on.upstream->port()};
  options.public_key = on.public_key;
  options.cache = cache;
  options.core = on.cores.server;
  co_return co_await start_proxy(env, which, *on.keys, std::move(options));
}

// Not a default argument: gcc 12 destroys one of a coroutine twice.
async::task<running_proxy> start(test_env& env, const bed& on, proxy which, bool cache) {
  return start_with(env, on, which, cache, proxy_options{});
}

std::string url_of(const load::target& to) {
  return fmt::format("{}://127.0.0.1:{}/x", to.tls ? "https" : "http", to.where.port());
}

async::task<compare::load_figures> run_load(test_env& env, const bed& on, const load::target& to,
                                            const std::filesystem::path& tokens,
                                            compare::load_shape shape) {
  compare::load_call_options call{shape, url_of(to), tokens, env.certificate_file(), on.cores.load};
  const auto made = co_await compare::measure_load(env, std::move(call));
  if (const auto fault = compare::fault_of(made); !fault.empty()) throw std::runtime_error{fault};
  co_return made;
}

// Seconds of processor time for one answer. With a rate: of so many requests a second.
async::task<double> cost_of(test_env& env, const bed& on, const running_proxy& asked,
                            const std::filesystem::path& tokens, double length,
                            std::optional<double> rate) {
  const auto before = usage_of(asked.program->pid());
  const auto made = co_await run_load(env, on, asked.front, tokens, {length, connections, rate});
  const auto after = usage_of(asked.program->pid());
  co_return (after.cpu_seconds - before.cpu_seconds) / static_cast<double>(made.answered);
}

row not_here(std::string why) {
  row made;
  made.required = "processor time beside HAProxy";
  made.measured = std::move(why);
  made.skipped = true;
  return made;
}

std::string_view why_not() {
  if (!this_machine().optimised) return "this build is not optimised";
  if (!compare::find_program("haproxy")) return "haproxy is not installed";
  return {};
}

async::task<row> run_cost(test_env& env, bool hot) {
  if (const auto why = why_not(); !why.empty()) co_return not_here(std::string{why});
  const auto on = co_await set_up(env);
  const auto& tokens = hot ? on.hot : on.distinct;
  const auto own = co_await start(env, on, proxy::latchkey, hot);
  const auto other = co_await start(env, on, proxy::haproxy, hot);
  const auto length = env.pick(3.0, 0.7);
  std::vector<double> ours;
  std::vector<double> theirs;
  for (unsigned round = 0; round < env.pick(6U, 3U); ++round) {
    const auto one = co_await cost_of(env, on, own, tokens, length, std::nullopt);
    const auto another = co_await cost_of(env, on, other, tokens, length, std::nullopt);
    if (round == 0) continue;  // caches, connections and code become warm
    ours.push_back(one);
    theirs.push_back(another);
  }
  const auto ratio = spread_of(ratios(ours, theirs));
  const auto* const kernel = jose::best_rsa_batch_kernel();
  const bool wide = kernel != nullptr && kernel->lanes == jose::max_rsa_batch_lanes;
  const auto most = hot ? max_hot : wide ? max_distinct_batch : max_distinct;
  row made;
  made.required = fmt::format(
      "{} tokens, one worker, {} connections: at most {:.2f} of the processor time of HAProxy's "
      "jwt_verify and proxy{}",
      hot ? "hot" : "distinct", connections, most,
      hot    ? ""
      : wide ? " (AVX-512 IFMA is there)"
             : " (without AVX-512 IFMA)");
  made.measured = fmt::format("{:.2f} ({:.2f} to {:.2f}): {:.1f} us, HAProxy {:.1f} us",
                              ratio.median, ratio.min, ratio.max, spread_of(ours).median * 1e6,
                              spread_of(theirs).median * 1e6);
  made.ok = ratio.median > 0 && ratio.median <= most;
  co_return made;
}

async::task<row> run_added_latency(test_env& env) {
  if (!this_machine().optimised) co_return not_here("this build is not optimised");
  const auto on = co_await set_up(env);
  const auto own = co_await start(env, on, proxy::latchkey, true);
  const bool has_other = compare::find_program("haproxy").has_value();
  running_proxy other;
  if (has_other) other = co_await start(env, on, proxy::haproxy, true);
  load::target direct;
  direct.where = {async::asio::ip::address_v4::loopback(), on.upstream->port()};
  const compare::load_shape shape{env.pick(3.0, 1.0), 16, 1'000.0};
  std::vector<double> added;
  std::vector<double> others;
  for (unsigned round = 0; round < env.pick(5U, 3U); ++round) {
    const auto plain = co_await run_load(env, on, direct, on.hot, shape);
    const auto through = co_await run_load(env, on, own.front, on.hot, shape);
    added.push_back((through.p50 - plain.p50) * 1e6);
    if (!has_other) continue;
    const auto beside = co_await run_load(env, on, other.front, on.hot, shape);
    others.push_back((beside.p50 - plain.p50) * 1e6);
  }
  row made;
  made.required =
      fmt::format("at most {:.0f} us added to the median latency, 1,000 requests/s", max_added_us);
  made.measured = fmt::format("{:.0f} us ({:.0f} to {:.0f})", spread_of(added).median,
                              spread_of(added).min, spread_of(added).max);
  if (has_other) made.measured += fmt::format("; HAProxy {:.0f} us", spread_of(others).median);
  made.ok = spread_of(added).median <= max_added_us;
  co_return made;
}

// Bounds that no round reaches: what they cost is to be told, not what they keep out.
proxy_options all_on(const test_env& env, const bed& on) {
  const auto folder = env.certificate_file().parent_path().string();
  proxy_options made;
  made.route_lines = {
      R"([route.cors]
origins = ["https://app.example.com"]
[[route.limit]]
by = "address"
rate = "10000/s"
burst = 100000000
[[route.limit]]
by = "subject"
rate = "10000/s"
burst = 100000000
[server.headers]
hsts = "max-age=31536000"
content_type_options = true
frame_options = "DENY"
[trace]
sample = 0.01)",
      fmt::format("endpoint = \"http://127.0.0.1:{}/v1/traces\"", on.upstream->port()),
  };
  made.settings = {"log.level=info", "log.sinks=[\"file\"]",
                   "log.file.path=" + folder + "/operated.log", "server.sandbox=auto"};
  return made;
}

// Asks for the figures once a second, as a scraper does, until the rounds have ended.
async::task<> scrape(test_env& env, std::uint16_t admin, const bool& ended) {
  load::target to;
  to.where = {async::asio::ip::address_v4::loopback(), admin};
  while (!ended) {
    const auto got = co_await env.ask(to, "GET", "/metrics");
    if (got.status != 200) throw std::runtime_error{"/metrics is not answered"};
    co_await env.sleep(seconds{1});
  }
}

// Of the same tokens, in turn.
struct both_costs {
  std::vector<double> operated;
  std::vector<double> plain;
  double rate = 0;  // requests a second
  bool ended = false;
};

// Also where a round throws: who waits for that would wait for ever.
class ends {
 public:
  explicit ends(bool& flag) : flag_{flag} {}
  ends(const ends&) = delete;
  ends& operator=(const ends&) = delete;
  ~ends() { flag_ = true; }

 private:
  bool& flag_;
};

async::task<> take_turns(test_env& env, const bed& on, const running_proxy& with,
                         const running_proxy& without, both_costs& into) {
  const ends at_last{into.ended};
  const auto length = env.pick(3.0, 0.7);
  // At full load clients of the quicker one hardly ever sleep and those of the other have to be
  // woken more often, which is not what is asked. Half of it is a load that both bear.
  const auto full = co_await run_load(env, on, without.front, on.hot, {length, connections, {}});
  into.rate = std::round(static_cast<double>(full.answered) / length / 2);
  for (unsigned round = 0; round < env.pick(8U, 3U); ++round) {
    const auto one = co_await cost_of(env, on, with, on.hot, length, into.rate);
    const auto another = co_await cost_of(env, on, without, on.hot, length, into.rate);
    if (round == 0) continue;
    into.operated.push_back(one);
    into.plain.push_back(another);
  }
}

async::task<row> run_operated(test_env& env) {
  if (!this_machine().optimised) co_return not_here("this build is not optimised");
  const auto on = co_await set_up(env);
  proxy_options bare;
  bare.admin = false;
  auto all = all_on(env, on);
  const auto without = co_await start_with(env, on, proxy::latchkey, true, std::move(bare));
  const auto with = co_await start_with(env, on, proxy::latchkey, true, std::move(all));
  both_costs cost;
  std::vector<async::task<>> running;
  running.push_back(take_turns(env, on, with, without, cost));
  running.push_back(scrape(env, with.admin, cost.ended));
  co_await load::when_all(env.home(), std::move(running));
  const auto ratio = spread_of(ratios(cost.operated, cost.plain));
  row made;
  made.required = fmt::format(
      "log of every request to a file, metrics scraped each second, limits by address and subject, "
      "CORS, security headers, traces of which one in 100 is exported, sandbox: at most {:.2f} of "
      "the processor time without any, at half the rate that a core bears without",
      max_operated);
  made.measured =
      fmt::format("{:.2f} ({:.2f} to {:.2f}) at {:.0f}/s: {:.1f} us, without {:.1f} us",
                  ratio.median, ratio.min, ratio.max, cost.rate,
                  spread_of(cost.operated).median * 1e6, spread_of(cost.plain).median * 1e6);
  made.ok = ratio.median > 0 && ratio.median <= max_operated;
  co_return made;
}

}  // namespace

void add_cost(std::vector<fault_case>& all) {
  all.push_back({"cost:hot", [](test_env& env) { return run_cost(env, true); }});
  all.push_back({"cost:distinct", [](test_env& env) { return run_cost(env, false); }});
  all.push_back({"cost:latency", run_added_latency});
  all.push_back({"cost:operated", run_operated});
}

}  // namespace latchkey::bench::edge
