// What the lanes of a running soak share. Lives on one executor. Not for the decisions: those are
// pure, in oracle, schedule and tally.
#pragma once

#include "harness/server_process.hpp"
#include "soak/options.hpp"
#include "soak/oracle.hpp"
#include "soak/schedule.hpp"
#include "soak/site.hpp"
#include "soak/tally.hpp"
#include "soak/terms.hpp"
#include "soak/token_pool.hpp"
#include "soak/upstream.hpp"
#include "soak/world.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace latchkey::bench::soak {

using harness::clock;

// What was done, for the report.
struct deeds {
  std::uint64_t rotations = 0;
  std::uint64_t removals = 0;
  std::uint64_t outages = 0;
  std::uint64_t stalls = 0;  // of the issuer while it made a key, that count as outages
  std::uint64_t upstream_faults = 0;
  std::uint64_t reloads = 0;
  std::uint64_t refused_reloads = 0;
  std::uint64_t bad_clients = 0;  // connections of clients that are slow or vanish
  std::uint64_t tunnels = 0;
  std::uint64_t messages = 0;         // echoed through them
  std::uint64_t ended_idle = 0;       // connections that the server ended between two requests
  std::vector<std::string> troubles;  // that no answer shows: a reload that was not refused
};

struct state {
  state(harness::test_env& with, const soak_options& asked, std::uint64_t of)
      : env{with}, options{asked}, seed{of}, upstream_server{with.home()} {}

  harness::test_env& env;
  const soak_options& options;
  std::uint64_t seed;
  upstream upstream_server;
  std::shared_ptr<harness::issuer_process> issuer = {};
  std::shared_ptr<harness::child> server = {};
  load::target front = {};
  load::target admin = {};
  std::string site_path = {};
  site_setting site = {};
  std::string other_certificate = {};  // that a reload puts in the place of the one in use
  std::string other_key = {};
  world history = {};
  token_pool tokens = {};
  std::string signing = {};  // the kid
  tally counted = {};
  deeds done = {};
  std::vector<memory_sample> memory = {};
  core::steady_time start = {};
  core::steady_time end = {};
  bool over = false;  // all lanes are to end, before their time

  bool goes_on() const { return !over && !env.stopping() && clock::now() < end; }
  std::chrono::milliseconds since_start() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
  }
  // Streams of random numbers that do not depend on one another.
  std::mt19937_64 random_for(std::uint32_t who) const;
  // Counts an answer and judges it. `wrong_body`: it is that of another request.
  void judge(const question& asked, moment sent, unsigned status, std::string_view instead,
             bool wrong_body);
};

moment now();

// Each lane ends with the run, or when `over` is set.
async::task<> run_load(state& all);
async::task<> mint_often(state& all);
async::task<> run_keys(state& all, std::vector<event> events);
async::task<> run_provider(state& all, std::vector<event> events);
async::task<> run_upstream(state& all, std::vector<event> events);
async::task<> run_reloads(state& all, std::vector<event> events);
async::task<> run_clients(state& all, std::vector<event> events);
async::task<> run_tunnels(state& all, std::vector<event> events);

// Tokens of every kind, by the key that signs.
async::task<> mint_all(state& all, std::mt19937_64& random);
// Waits until an event is due. False where the run has ended before.
async::task<bool> is_due(state& all, std::chrono::milliseconds at);

}  // namespace latchkey::bench::soak
