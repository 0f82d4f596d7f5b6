// The attacks rows: requests that two readers may frame in two ways, through a proxy to a recorder
// of every byte, to nginx, and to Node.js.
#include "common/text_file.hpp"
#include "compare/programs.hpp"
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/framing.hpp"
#include "edge/upstreams.hpp"
#include "load/when_all.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

namespace latchkey::bench::edge {
namespace {

// How long the end of an attack is waited for, and its request at the upstream.
constexpr milliseconds attack_timeout{250};
constexpr milliseconds settling{15};
// A log tells later, also of what was cut off.
constexpr milliseconds settling_of_log{150};
constexpr std::size_t max_attacks_bytes = std::size_t{1} << 20;
constexpr std::size_t max_named = 4;

// What has arrived at an upstream since it was asked last.
struct arrived {
  std::size_t requests = 0;
  std::string problem;  // of their bytes, where these are known
};

struct observed_upstream {
  std::unique_ptr<node_upstream> node;
  std::unique_ptr<nginx_upstream> nginx;
  bool records = false;

  std::uint16_t port() const { return node ? node->port() : nginx->port(); }
};

async::task<arrived> take(observed_upstream& from) {
  arrived made;
  if (from.nginx) {
    made.requests = from.nginx->taken();
    co_return made;
  }
  const auto report = co_await from.node->report();
  if (!from.records) {
    made.requests = report.at("requests").to_number<std::size_t>() +
                    report.at("refused").to_number<std::size_t>();
    if (report.at("refused").to_number<std::size_t>() > 0) made.problem = "refused as malformed";
    co_return made;
  }
  for (const auto& one : report.at("connections").as_array()) {
    const auto bytes = core::base64url_decode(std::string_view{one.as_string()});
    const auto read = read_requests(bytes.value_or(std::string{}));
    made.requests += read.requests + (read.problem.empty() && !read.cut ? 0 : 1);
    if (!read.problem.empty()) made.problem = read.problem;
  }
  co_return made;
}

// Sends it, and reads whatever comes until nothing more does.
async::task<> send_attack(test_env& env, load::target to, std::string bytes) {
  client over{env.waits(), to};
  const core::deadline until{clock::now() + seconds{5}};
  if (co_await over.open(until)) throw std::runtime_error{"no connection to the proxy"};
  const core::deadline soon{clock::now() + attack_timeout};
  [[maybe_unused]] const auto failed = co_await over.write(bytes, soon);
  std::array<char, 16 * 1024> sink;
  for (;;) {
    const auto got = co_await over.read_some(sink, soon);
    if (got.has_error() || *got == 0) break;
  }
  over.close();
}

struct tally {
  std::size_t sent = 0;
  std::size_t arrived = 0;
  std::vector<std::string> wrong;  // "name: why"
};

// How many requests the attack is by the strictest reading: one that is two requests, both whole
// and clear, may arrive as two.
std::size_t most_requests(const attack& one) {
  const auto read = read_requests(one.bytes);
  return read.problem.empty() && !read.cut ? std::max<std::size_t>(read.requests, 1) : 1;
}

// All of them, one after the other. `field`: one more in each. `none`: nothing may arrive.
async::task<> send_all(test_env& env, const running_proxy& through, observed_upstream& upstream,
                       const std::vector<attack>& all, std::string field, bool none, tally& made) {
  co_await take(upstream);
  for (const auto& one : all) {
    auto bytes = field.empty() ? one.bytes : with_field(one.bytes, field);
    co_await send_attack(env, through.front, std::move(bytes));
    co_await env.sleep(upstream.nginx ? settling_of_log : settling);
    const auto seen = co_await take(upstream);
    ++made.sent;
    made.arrived += seen.requests;
    const auto most = none ? 0 : most_requests(one);
    if (seen.requests > most) {
      made.wrong.push_back(fmt::format("{}: {} arrived", one.name, seen.requests));
    } else if (!seen.problem.empty()) {
      made.wrong.push_back(fmt::format("{}: {}", one.name, seen.problem));
    }
  }
}

std::string text_of(const tally& made) {
  auto text = fmt::format("{} sent, {} arrived", made.sent, made.arrived);
  if (made.wrong.empty()) return text;
  text += fmt::format(", {} wrong: ", made.wrong.size());
  for (std::size_t i = 0; i < std::min(max_named, made.wrong.size()); ++i) {
    text += (i == 0 ? "" : "; ") + made.wrong[i];
  }
  return text + (made.wrong.size() > max_named ? "; ..." : "");
}

async::task<observed_upstream> start_upstream(test_env& env, std::string kind) {
  observed_upstream made;
  made.records = kind == "recorder";
  upstream_options with;
  if (kind == "nginx") {
    made.nginx = co_await nginx_upstream::start(env);
  } else {
    made.node = co_await node_upstream::start(env, made.records ? "recorder" : "listening", with);
  }
  co_return made;
}

async::task<running_proxy> start_before(test_env& env, proxy which, const issuer_process& keys,
                                        const observed_upstream& upstream, bool guarded) {
  proxy_options options;
  options.upstreams = {upstream.port()};
  options.guarded = guarded;
  co_return co_await start_proxy(env, which, keys, std::move(options));
}

row skipped(std::string why) {
  row made;
  made.required = "at most one request of each attack arrives, clearly framed";
  made.measured = std::move(why);
  made.skipped = true;
  return made;
}

async::task<row> run_attacks(test_env& env, proxy which, std::string kind, std::string file) {
  if (file.empty()) co_return skipped("no file of attacks: --attacks, or BENCH_ATTACKS");
  if (kind == "nginx" && !compare::find_program("nginx"))
    co_return skipped("nginx is not installed");
  const auto all = read_attacks(read_text_file(file, max_attacks_bytes));
  const auto keys = co_await issuer_process::start(env);
  auto upstream = co_await start_upstream(env, kind);
  tally opened;
  const auto open = co_await start_before(env, which, *keys, upstream, false);
  co_await send_all(env, open, upstream, all, {}, false, opened);
  row made;
  made.required = fmt::format(
      "{} attacks, to {}: at most one request of each arrives, clearly framed", all.size(), kind);
  made.measured = text_of(opened);
  // That nothing arrives at all would be no forwarding.
  made.ok = opened.wrong.empty() && opened.sent == all.size() && opened.arrived > 0;
  co_return made;
}

// Those same without a token, and with one that lacks the scope.
async::task<row> run_refused(test_env& env, std::string file) {
  if (file.empty()) co_return skipped("no file of attacks: --attacks, or BENCH_ATTACKS");
  const auto all = read_attacks(read_text_file(file, max_attacks_bytes));
  const auto keys = co_await issuer_process::start(env);
  auto upstream = co_await start_upstream(env, "recorder");
  const auto guarded = co_await start_before(env, proxy::latchkey, *keys, upstream, true);
  boost::json::object wanted;
  wanted["scope"] = "another:scope";
  wanted["count"] = 1;
  const auto lacking = co_await keys->mint(std::move(wanted));
  const auto good = co_await keys->token();
  tally without;
  tally lacks;
  tally allowed;
  co_await send_all(env, guarded, upstream, all, {}, true, without);
  co_await send_all(env, guarded, upstream, all, "Authorization: Bearer " + lacking.front(), true,
                    lacks);
  co_await send_all(env, guarded, upstream, all, "Authorization: Bearer " + good, false, allowed);
  row made;
  made.required =
      "the same without a token, and with one that lacks the scope: nothing arrives; with a good "
      "one as above";
  made.measured = fmt::format("without: {}; lacking: {}; with: {}", text_of(without),
                              text_of(lacks), text_of(allowed));
  made.ok =
      without.wrong.empty() && lacks.wrong.empty() && allowed.wrong.empty() && allowed.arrived > 0;
  co_return made;
}

}  // namespace

void add_attacks(std::vector<fault_case>& all, const edge_options& options) {
  const auto file = options.attacks;
  add_for_all(
      all, "attacks",
      [file](test_env& env, proxy which) { return run_attacks(env, which, "recorder", file); },
      false);
  for (const std::string kind : {"to-nginx", "to-node"}) {
    fault_case made;
    made.name = "attacks:" + kind;
    made.run = [file, kind](test_env& env) {
      return run_attacks(env, proxy::latchkey, kind == "to-nginx" ? "nginx" : "Node.js", file);
    };
    made.exclusive = false;
    all.push_back(std::move(made));
  }
  fault_case refused;
  refused.name = "attacks:refused";
  refused.run = [file](test_env& env) { return run_refused(env, file); };
  refused.exclusive = false;
  all.push_back(std::move(refused));
}

}  // namespace latchkey::bench::edge
