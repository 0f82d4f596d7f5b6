// Rotations of keys, faults of the provider and of the upstream, and clients that misbehave.
#include "client_faults/bad_clients.hpp"
#include "soak/state.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>

namespace latchkey::bench::soak {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_published = 6;
constexpr milliseconds before_it_signs{1'000};
constexpr std::size_t bad_clients_at_once = 3;
constexpr std::uint32_t rotating = 2;  // of the streams of random numbers

// A step after which a key is published that was not before.
async::task<harness::published_keys> publish(state& all, std::string step) {
  boost::json::object request;
  request["step"] = step;
  const auto from = clock::now();
  const auto stall = begin_outage(all.history, from, true);
  const auto keys = co_await all.issuer->turn(std::move(request));
  const auto by = clock::now();
  stall->healed = {by, by};
  if (may_have_failed(*stall, by)) ++all.done.stalls;
  for (const auto& kid : keys.kids) {
    if (all.history.key(kid) == nullptr) all.history.keys.push_back({kid, {from, by}, {}});
  }
  all.signing = keys.signing;
  co_return keys;
}

async::task<> remove(state& all, std::string kid) {
  all.history.key(kid)->removed.from = clock::now();
  co_await all.issuer->withdraw(kid);
  all.history.key(kid)->removed.by = clock::now();
  ++all.done.removals;
}

// The oldest that does not sign.
std::optional<std::string> oldest_of(const harness::published_keys& keys) {
  for (const auto& kid : keys.kids) {
    if (kid != keys.signing) return kid;
  }
  return std::nullopt;
}

async::task<harness::published_keys> rotate(state& all, std::mt19937_64& random) {
  auto keys = co_await publish(all, "rotate");
  ++all.done.rotations;
  co_await mint_all(all, random);
  co_return keys;
}

async::task<> change_keys(state& all, std::string_view what, harness::published_keys& keys,
                          std::mt19937_64& random) {
  if (what == "publish-first") {
    co_await publish(all, "publish");
    co_await all.env.sleep(before_it_signs);
    keys = co_await publish(all, "sign");
    ++all.done.rotations;
    co_await mint_all(all, random);
    co_return;
  }
  const auto signed_before = keys.signing;
  const auto oldest = oldest_of(keys);
  if (what == "rotate" || what == "revoke" || !oldest) keys = co_await rotate(all, random);
  std::optional<std::string> gone;
  if (what == "revoke") gone = signed_before;
  if (what == "remove" || keys.kids.size() > max_published) gone = oldest_of(keys);
  if (!gone) co_return;
  co_await remove(all, *gone);
  std::erase(keys.kids, *gone);
}

// Threads that may take seconds to end are waited for by another one.
class ending {
 public:
  explicit ending(std::unique_ptr<client_faults::bad_clients> all)
      : waiting_{[this, kept = std::move(all)]() mutable {
          kept.reset();
          over_ = true;
        }} {}
  bool is_over() const { return over_; }

 private:
  std::atomic<bool> over_{false};
  std::jthread waiting_;
};

client_faults::make_client client_of(std::string_view kind) {
  if (kind == "half-handshake") return client_faults::make_half_handshake;
  if (kind == "slow-head") return client_faults::make_slow_head;
  if (kind == "slow-body") return client_faults::make_slow_body;
  if (kind == "slow-read") return client_faults::make_slow_read;
  if (kind == "resets") return client_faults::make_resets;
  throw std::invalid_argument{"no such kind of client"};
}

}  // namespace

async::task<> run_keys(state& all, std::vector<event> events) {
  auto random = all.random_for(rotating);
  harness::published_keys keys{all.signing, {all.signing}};
  for (const auto& one : events) {
    const bool due = co_await is_due(all, one.at);
    if (!due) co_return;
    co_await change_keys(all, one.what, keys, random);
  }
}

async::task<> run_provider(state& all, std::vector<event> events) {
  for (const auto& one : events) {
    const bool due = co_await is_due(all, one.at);
    if (!due) co_return;
    ++all.done.outages;
    const auto outage = begin_outage(all.history, clock::now());
    co_await all.issuer->fail(std::string{one.what});
    outage->began.by = clock::now();
    co_await is_due(all, one.at + one.length);
    outage->healed.from = clock::now();
    co_await all.issuer->heal();
    outage->healed.by = clock::now();
  }
}

async::task<> run_upstream(state& all, std::vector<event> events) {
  for (const auto& one : events) {
    const bool due = co_await is_due(all, one.at);
    if (!due) co_return;
    ++all.done.upstream_faults;
    const auto at = clock::now();
    all.history.faults.push_back({{at, at}, {}, cuts(one.what)});
    all.upstream_server.fail(one.what);
    co_await is_due(all, one.at + one.length);
    all.upstream_server.heal();
    const auto healed = clock::now();
    all.history.faults.back().healed = {healed, healed};
  }
}

async::task<> run_clients(state& all, std::vector<event> events) {
  for (const auto& one : events) {
    const bool due = co_await is_due(all, one.at);
    if (!due) co_return;
    client_faults::client_counters counters;
    const client_faults::bad_client_options with{all.front.where.port(), true, &counters};
    auto clients = std::make_unique<client_faults::bad_clients>(bad_clients_at_once,
                                                                client_of(one.what), with);
    clients->act();
    co_await is_due(all, one.at + one.length);
    // What one of them has thrown: that it could not connect.
    clients->is_prepared();
    ending last{std::move(clients)};
    while (!last.is_over()) co_await all.env.sleep(milliseconds{50});
    all.done.bad_clients += counters.connections;
  }
}

}  // namespace latchkey::bench::soak
