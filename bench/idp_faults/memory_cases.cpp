// Answers that are too large, or never end: the server stops reading at its cap.
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr std::uint64_t fetches_wanted = 5;
constexpr double max_growth = 5;  // megabytes
constexpr seconds timeout{40};

double megabytes(std::size_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

async::task<row> memory(test_env& env, std::string kind) {
  const auto keys = co_await issuer_process::start(env);
  server_options options;
  options.cache = {"max_age=1s", "shortest_max_age=1s", "longest_max_age=1s", "backoff_first=1s",
                   "backoff_max=1s"};
  const auto asked = co_await server_process::start_warm(env, *keys, options);
  const auto token = co_await keys->token();
  const auto request_of_token = co_await asked->get(guarded_path, token);
  const auto before = asked->process().resident_bytes();
  co_await keys->fail(kind);
  const auto fetched = co_await keys->fetches();
  auto max = before;
  std::uint64_t begun = 0;
  const auto until = clock::now() + timeout;
  // One fetch at a time: when the next one begins, those before it are over.
  while (begun <= fetches_wanted && clock::now() < until) {
    co_await env.sleep(milliseconds{20});
    max = std::max(max, asked->process().resident_bytes());
    begun = co_await keys->fetches() - fetched;
  }
  const auto after = co_await asked->get(guarded_path, token);
  const auto failures = asked->events("keys_fetch_failed");
  row result;
  result.required = "stopped at the cap of 512 KiB: under 5 MB more memory over 5 fetches";
  result.measured = fmt::format(
      "{} fetches, at most {:.1f} MB more ({:.1f} MB before); a known key {}{}", begun,
      megabytes(max - before), megabytes(before), after.status,
      failures.empty() ? std::string{}
                       : "; \"" + std::string{failures.back().at("error").as_string()} + "\"");
  result.ok = begun > fetches_wanted && !failures.empty() && megabytes(max - before) < max_growth &&
              request_of_token.status == 200 && after.status == 200;
  co_return result;
}

}  // namespace

void add_memory_cases(std::vector<fault_case>& all) {
  for (const std::string kind : {"huge", "endless"}) {
    fault_case made;
    made.name = "memory:" + kind;
    made.run = [kind](test_env& env) { return memory(env, kind); };
    made.exclusive = false;
    all.push_back(std::move(made));
  }
}

}  // namespace latchkey::bench::idp_faults
