// The tagged row: answers that carry the id they were asked with, among faults of the upstream.
#include "common/text_table.hpp"
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/pacing.hpp"
#include "edge/upstreams.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>

namespace latchkey::bench::edge {
namespace {

constexpr std::size_t connections = 64;
constexpr seconds answer_timeout{20};
// Of a thousand requests so many are answered with each fault.
constexpr unsigned faults_of_thousand = 12;
constexpr std::array<const char*, 8> kinds{
    "drip",         "reset",     "truncated",       "huge-head",
    "two-framings", "1xx-flood", "head-after-body", "none"};

struct shared {
  load::target to;
  std::string token;
  std::uint64_t next_id = 0;
  std::uint64_t total = 0;
  std::mt19937 random{1};
  std::uint64_t sound = 0;                          // asked for without a fault
  std::uint64_t sound_right = 0;                    // of them
  std::map<std::string_view, std::uint64_t> taken;  // faulty answers passed on as good, by fault
  outcome_counts counts;
};

const char* next_kind(shared& all) {
  const auto drawn = all.random() % 1'000 / faults_of_thousand;
  return drawn < kinds.size() ? kinds[drawn] : kinds.back();
}

// What of a body has come need not be all of it.
bool is_of_another(std::string_view body, std::uint64_t id) {
  const auto wanted = fmt::format("id={}", id);
  const auto size = std::min(wanted.size(), body.size());
  return body.starts_with("id=") && body.substr(0, size) != wanted.substr(0, size);
}

// A long head and many interim ones are faults only to who does not take them; after the others no
// connection may be used.
std::uint64_t wrongly_reused(const boost::json::object& by_fault, const shared& all) {
  std::uint64_t sum = 0;
  for (const auto& [fault, count] : by_fault) {
    const bool may_be_taken = fault == "huge-head" || fault == "1xx-flood";
    if (may_be_taken && all.taken.contains(std::string_view{fault})) continue;
    sum += count.to_number<std::uint64_t>();
  }
  return sum;
}

async::task<> ask_in_turn(test_env& env, shared& all) {
  client over{env.waits(), all.to};
  while (all.next_id < all.total) {
    env.check();
    const auto id = ++all.next_id;
    const std::string_view kind = next_kind(all);
    const auto request =
        fmt::format("GET /{}/{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
                    id, kind, all.token);
    const core::deadline until{clock::now() + answer_timeout};
    const auto got = co_await over.exchange(request, until);
    ++all.counts.sent;
    const bool right = got.status == 200 && got.whole && carries(got.body, id);
    const bool sound = kind == "none" || kind == "drip";
    if (sound) ++all.sound;
    if (sound && right) ++all.sound_right;
    if (right) {
      ++all.counts.right;
      if (!sound) ++all.taken[kind];
    } else if (got.status == 0) {
      ++all.counts.no_status;
    } else if (is_of_another(got.body, id)) {
      ++all.counts.mixed;
    } else {
      ++all.counts.others[got.status];
    }
  }
}

async::task<row> run_tagged(test_env& env, proxy which) {
  const auto keys = co_await issuer_process::start(env);
  const auto upstream = co_await node_upstream::start(env, "faulty", {});
  proxy_options options;
  options.upstreams = {upstream->port()};
  const auto front = co_await start_proxy(env, which, *keys, std::move(options));
  shared all;
  all.to = front.front;
  all.token = co_await keys->token();
  all.total = env.pick<std::uint64_t>(100'000, 5'000);
  std::vector<async::task<>> asking;
  for (std::size_t i = 0; i < connections; ++i) asking.push_back(ask_in_turn(env, all));
  co_await load::when_all(env.home(), std::move(asking));
  const auto report = co_await upstream->report();
  const auto reused = wrongly_reused(report.at("reused_after_fault").as_object(), all);
  const auto twice = all.taken["two-framings"];
  const auto shown = report.at("shown").as_object().size();
  row made;
  made.required = fmt::format(
      "{} answers, a tenth of them reset, cut, with a huge head, framed twice, behind 5,000 x 103, "
      "with a head behind the body: none mixed up, each with a status, the sound ones right, no "
      "connection used again after a fault",
      grouped(static_cast<double>(all.total)));
  made.measured =
      fmt::format("{}; of {} sound ones {} not right; {} framed twice taken; {} used again",
                  text_of(all.counts), grouped(static_cast<double>(all.sound)),
                  all.sound - all.sound_right, twice, reused);
  made.ok = all.counts.sent == all.total && all.counts.mixed == 0 && all.counts.no_status == 0 &&
            all.sound == all.sound_right && twice == 0 && reused == 0 && shown == kinds.size();
  co_return made;
}

}  // namespace

void add_tagged_answers(std::vector<fault_case>& all) {
  add_for_all(all, "tagged", run_tagged, true);
}

}  // namespace latchkey::bench::edge
