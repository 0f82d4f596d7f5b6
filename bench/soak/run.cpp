#include "soak/run.hpp"

#include "harness/free_port.hpp"
#include "load/when_all.hpp"
#include "soak/state.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <fmt/format.h>

#include <exception>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::soak {
namespace {

constexpr seconds start_timeout{20};
constexpr seconds exit_timeout{15};
// Until the server lets go of its idle connections to the upstream and to the issuer, and of those
// of slow clients.
constexpr seconds idle_timeout{75};
constexpr milliseconds poll_interval{50};
constexpr milliseconds sample_interval{500};
constexpr std::uint32_t first_tokens = 3;  // of the streams of random numbers

load::target at_port(std::uint16_t port) {
  load::target made;
  made.where = {async::asio::ip::address_v4::loopback(), port};
  return made;
}

void prepare_site(state& all) {
  const auto other = harness::make_certificate();
  all.other_certificate = all.env.write("other.pem", other.pem).string();
  all.other_key = all.env.write("other.key", other.key_pem).string();
  all.site.port = harness::free_port();
  do {
    all.site.admin_port = harness::free_port();
  } while (all.site.admin_port == all.site.port);
  all.site.upstream_port = all.upstream_server.port();
  all.site.issuer = all.issuer->url();
  all.site.certificate = all.env.certificate_file().string();
  all.site.private_key = all.env.key_file().string();
  all.site.state = {true, body_limits[1]};
  all.site_path = all.env.write("soak.toml", site_text(all.site)).string();
  all.front = at_port(all.site.port);
  const auto trusted = all.env.server_identity().pem + other.pem;
  all.front.tls = load::http1_over_tls({.trusted = net::authorities_in_text(trusted)});
  all.admin = at_port(all.site.admin_port);
}

async::task<bool> is_ready(state& all) {
  load::connection over{all.env.waits(), all.admin};
  const core::deadline soon{clock::now() + seconds{2}};
  const std::string request = harness::get_request("/readyz", {});
  const auto got = co_await over.exchange(request, soon);
  co_return got.has_value() && got->head.status == 200;
}

async::task<> start_server(state& all) {
  all.server = all.env.start_server({"serve", "--config", all.site_path});
  const auto until = clock::now() + start_timeout;
  for (bool ready = false; !ready;) {
    ready = co_await is_ready(all);
    const core::deadline at_once{clock::now()};
    const auto ended = co_await all.server->ended(at_once);
    if (ended || (!ready && clock::now() > until)) {
      const auto& lines = all.server->lines();
      throw std::runtime_error{"the server did not start: " +
                               (lines.empty() ? std::string{"no output"} : lines.back())};
    }
    if (!ready) co_await all.env.sleep(poll_interval);
  }
}

async::task<> start_all(state& all) {
  all.issuer = co_await harness::issuer_process::start(all.env);
  auto random = all.random_for(first_tokens);
  prepare_site(all);
  co_await mint_all(all, random);
  all.signing = all.tokens.draw(token_kind::valid, random)->facts.kid;
  const auto begun = clock::now();
  all.history.keys.push_back({all.signing, {begun, begun}, {}});
  all.history.sites.push_back({all.site.state, {begun, begun}, {}});
  co_await start_server(all);
  // The first fetch begins a cool-down, and what served the start is let go of.
  co_await all.env.sleep(seconds{2});
}

void put_counts(const state& all, outcome& made) {
  made.ran = all.since_start();
  made.counted = all.counted;
  made.ended_idle = all.done.ended_idle;
  made.troubles = all.done.troubles;
  made.done = {{"rotations of keys", all.done.rotations},
               {"keys removed", all.done.removals},
               {"outages of the provider", all.done.outages},
               {"keys that took the issuer long", all.done.stalls},
               {"faults of the upstream", all.done.upstream_faults},
               {"reloads", all.done.reloads},
               {"reloads refused", all.done.refused_reloads},
               {"connections of bad clients", all.done.bad_clients},
               {"tunnels", all.done.tunnels},
               {"messages through tunnels", all.done.messages}};
}

// Throws where the server has ended by itself.
std::size_t descriptors_of(const state& all) {
  const auto count = all.server->open_descriptors();
  if (!count) throw std::runtime_error{"the server has ended by itself"};
  return *count;
}

async::task<> sample_often(state& all, const std::function<void(const std::string&)>& say) {
  auto minute = std::chrono::minutes{1};
  while (all.goes_on()) {
    co_await all.env.sleep(sample_interval);
    const auto bytes = all.server->resident_bytes();
    const auto descriptors = descriptors_of(all);
    all.memory.push_back({all.since_start(), bytes});
    if (all.since_start() < minute) continue;
    ++minute;
    outcome so_far;
    put_counts(all, so_far);
    say(progress_line(so_far, bytes, descriptors));
  }
}

// A lane that cannot go on ends them all; the first reason is kept.
async::task<> guarded(state& all, async::task<> work, std::string& fault) {
  try {
    co_await std::move(work);
  } catch (const std::exception& thrown) {
    all.over = true;
    if (!all.env.stopping() && fault.empty()) fault = thrown.what();
  }
}

std::vector<event> events_of(const std::vector<event>& schedule, lane of) {
  std::vector<event> made;
  for (const auto& one : schedule) {
    if (one.of == of) made.push_back(one);
  }
  return made;
}

async::task<> run_lanes(state& all, const std::vector<event>& schedule,
                        const std::function<void(const std::string&)>& say, std::string& fault) {
  std::vector<async::task<>> lanes;
  lanes.push_back(guarded(all, run_load(all), fault));
  lanes.push_back(guarded(all, mint_often(all), fault));
  lanes.push_back(guarded(all, sample_often(all, say), fault));
  lanes.push_back(guarded(all, run_keys(all, events_of(schedule, lane::keys)), fault));
  lanes.push_back(guarded(all, run_provider(all, events_of(schedule, lane::provider)), fault));
  lanes.push_back(guarded(all, run_upstream(all, events_of(schedule, lane::upstream)), fault));
  lanes.push_back(guarded(all, run_reloads(all, events_of(schedule, lane::reload)), fault));
  lanes.push_back(guarded(all, run_clients(all, events_of(schedule, lane::clients)), fault));
  lanes.push_back(guarded(all, run_tunnels(all, events_of(schedule, lane::tunnels)), fault));
  co_await load::when_all(all.env.home(), std::move(lanes));
}

async::task<> count_descriptors(state& all, descriptor_counts& made) {
  const auto until = clock::now() + idle_timeout;
  for (;;) {
    made.after = descriptors_of(all);
    if (*made.after <= made.before || clock::now() > until) co_return;
    co_await all.env.sleep(poll_interval);
  }
}

async::task<> measure_end(state& all, outcome& made) {
  co_await count_descriptors(all, made.descriptors);
  all.server->ask_to_end();
  const core::deadline until{clock::now() + exit_timeout};
  made.status = co_await all.server->ended(until);
}

}  // namespace

async::task<> run(harness::test_env& env, const soak_options& options,
                  const std::vector<event>& schedule,
                  const std::function<void(const std::string&)>& say, outcome& made) {
  state all{env, options, made.seed};
  co_await start_all(all);
  made.descriptors.before = descriptors_of(all);
  all.start = clock::now();
  all.end = all.start + options.duration;
  say("the load begins");
  co_await run_lanes(all, schedule, say, made.fault);
  put_counts(all, made);
  const auto ran = std::chrono::duration_cast<seconds>(made.ran);
  made.memory = judge_memory(all.memory, std::min(ran, options.duration));
  if (env.stopping()) co_return;
  co_await guarded(all, measure_end(all, made), made.fault);
}

}  // namespace latchkey::bench::soak
