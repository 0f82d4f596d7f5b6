// Keys that come one byte at a time, to a server that has none.
#include "common/durations.hpp"
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/steady_load.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr milliseconds total_timeout{2000};
constexpr milliseconds slack{500};
constexpr milliseconds unaffected{500};  // what any other answer may take

async::task<> ask_guarded(test_env& env, server_process& asked, std::string token, reply& told,
                          core::steady_duration& took) {
  const auto begun = clock::now();
  told = co_await asked.get(guarded_path, std::move(token));
  took = clock::now() - begun;
  env.check();
}

async::task<row> drip(test_env& env, std::string kind) {
  const auto keys = co_await issuer_process::start(env);
  const auto token = co_await keys->token();
  boost::json::object fault;
  fault["kind"] = kind;
  fault["interval_ms"] = 400;
  co_await keys->fail(fault);
  server_options options;
  options.cache = {"total_timeout=2s"};
  const auto asked = co_await server_process::start(env, *keys, options);
  reply told;
  core::steady_duration took{};
  load_record open;
  load_record probes;
  std::vector<async::task<>> all;
  all.push_back(ask_guarded(env, *asked, token, told, took));
  all.push_back(probe(env, asked->front(), get_request(open_path, {}), total_timeout, open));
  all.push_back(probe(env, asked->admin(), get_request("/livez", {}), total_timeout, probes));
  co_await load::when_all(env.home(), std::move(all));
  row result;
  result.required =
      "a byte every 0.4 s: given up after total_timeout 2 s with 503, other routes unaffected "
      "(200 within 0.5 s)";
  result.measured = fmt::format(
      "{} after {:.1f} s; {}: {}, at most {:.0f} ms; /livez: {}, {:.0f} ms", told.status,
      in_seconds(took), open_path, statuses_of(open.samples), in_milliseconds(open.latencies.max()),
      statuses_of(probes.samples), in_milliseconds(probes.latencies.max()));
  // The fetch began when the server started, a moment before the request.
  result.ok = told.status == 503 && took <= total_timeout + slack &&
              took >= total_timeout - milliseconds{1000} && open.all_well(unaffected) &&
              probes.all_well(unaffected);
  co_return result;
}

}  // namespace

void add_drip_cases(std::vector<fault_case>& all) {
  for (const std::string part : {"body", "head"}) {
    fault_case made;
    made.name = "drip:" + part;
    made.run = [part](test_env& env) { return drip(env, "drip-" + part); };
    all.push_back(std::move(made));
  }
}

}  // namespace latchkey::bench::idp_faults
