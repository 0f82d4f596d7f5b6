#include "opening.hpp"
#include "worker.hpp"

#include <latchkey/server/server.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace latchkey::server {

namespace asio = boost::asio;
using async::tcp;

namespace {

// With the first of a site's terms.
std::vector<listen_address> on_first_terms(const std::vector<tcp::endpoint>& all) {
  std::vector<listen_address> made;
  for (const auto& one : all) made.push_back({one, 0});
  return made;
}

// Of `all`, for each of so many.
std::size_t share_of(std::size_t all, std::size_t workers) {
  return (all + workers - 1) / workers;
}

std::shared_ptr<const site> first_site(const server_settings& settings, http::handler pipeline) {
  auto made = std::make_shared<site>();
  made->session = settings.session;
  made->pipeline = std::move(pipeline);
  made->tls = settings.tls;
  made->connections = settings.connections;
  return made;
}

}  // namespace

struct server::state {
  // Somewhere that is listened at; the workers' parts of it have its number.
  struct listening {
    std::uint64_t number = 0;
    listen_address asked;
    tcp::endpoint bound;
  };

  worker::server_state common;
  std::vector<listening> listeners;
  std::vector<bool> is_plain;  // by terms: without TLS
  std::uint64_t numbers = 0;
  std::vector<std::unique_ptr<worker>> workers;
  std::vector<tcp::endpoint> endpoints;

  // Set by drain; touched on the first worker's executor.
  std::size_t draining_workers = 0;
  std::function<void()> done;
  std::unique_ptr<async::timer> limit;

  // What each worker has to change for these addresses; they are what is listened at then. Throws
  // where one cannot be had, and nothing has changed.
  using changes = std::map<const worker*, listener_change>;
  changes move_to(const std::vector<listen_address>& addresses);
  void check(const site& next, const std::vector<listen_address>& addresses) const;
  void note_schemes(const site& of);

  // Does it on every worker's executor; `done` has the first error.
  void run_on_all_workers(const std::function<core::error_code(worker&)>& act,
                          std::function<void(core::error_code)> all_done);

  void on_worker_drained() {
    if (--draining_workers != 0) return;
    limit->cancel();
    std::exchange(done, nullptr)();
  }
};

void server::state::run_on_all_workers(const std::function<core::error_code(worker&)>& act,
                                       std::function<void(core::error_code)> all_done) {
  struct progress {
    std::size_t left;
    core::error_code first;
    std::function<void(core::error_code)> all_done;
  };
  const auto first = workers.front()->where();
  // Touched on the first worker's executor.
  const auto shared = std::make_shared<progress>(progress{workers.size(), {}, std::move(all_done)});
  for (auto& one : workers) {
    asio::post(one->where(), [act, shared, first, part = one.get()] {
      const auto error = act(*part);
      asio::post(first, [shared, error] {
        if (error && !shared->first) shared->first = error;
        if (--shared->left == 0 && shared->all_done) shared->all_done(shared->first);
      });
    });
  }
}

server::server(async::io_pool& pool, const std::vector<tcp::endpoint>& listen,
               server_settings settings, http::handler pipeline, core::clock clock)
    : server{pool, on_first_terms(listen), settings, first_site(settings, std::move(pipeline)),
             std::move(clock)} {}

server::server(async::io_pool& pool, const std::vector<listen_address>& listen,
               server_settings settings, std::shared_ptr<const site> first, core::clock clock)
    : state_{std::make_unique<state>()} {
  state_->common.settings = std::move(settings);
  state_->common.settings.tls = first->tls;
  state_->common.clients = client_counts{state_->common.settings.connections_per_client};
  state_->common.clock = std::move(clock);
  const auto share = share_of(first->connections, pool.size());
  for (std::size_t i = 0; i < pool.size(); ++i) {
    state_->workers.push_back(std::make_unique<worker>(pool.at(i), state_->common, first, share));
  }
  for (const auto& one : state_->workers) state_->common.workers.push_back(one.get());
  state_->check(*first, listen);
  state_->note_schemes(*first);
  auto changes = state_->move_to(listen);
  for (auto& one : state_->workers) one->change(std::move(changes.at(one.get())), nullptr, 0);
}

server::~server() = default;

const std::vector<tcp::endpoint>& server::endpoints() const {
  return state_->endpoints;
}

std::vector<std::string> server::urls() const {
  std::vector<std::string> all;
  for (const auto& one : state_->listeners) {
    const bool plain = state_->is_plain.at(one.asked.terms);
    const auto address = one.bound.address().to_string();
    all.push_back((plain ? "http://" : "https://") +
                  (one.bound.address().is_v6() ? '[' + address + ']' : address) + ':' +
                  std::to_string(one.bound.port()));
  }
  return all;
}

std::size_t server::open_connections() const {
  return state_->common.open.load(std::memory_order_relaxed);
}

std::uint64_t server::accepted_connections() const {
  return totals().accepted;
}

server_totals server::totals() const {
  server_totals all;
  for (const auto& one : state_->workers) all += one->counts();
  return all;
}

void server::start() {
  for (auto& one : state_->workers) {
    asio::post(one->where(), [part = one.get()] { part->start(); });
  }
}

void server::state::check(const site& next, const std::vector<listen_address>& addresses) const {
  if (!next.pipeline) throw std::invalid_argument{"a site needs a pipeline"};
  if ((next.tls == nullptr) != (common.settings.tls == nullptr)) {
    throw std::invalid_argument{"a server speaks TLS from its start to its end, or never"};
  }
  // They would be let in without.
  const bool asks_in_vain =
      std::any_of(next.terms.begin(), next.terms.end(), [&next](const listener_terms& one) {
        return one.clients != nullptr && (one.plain_http || next.tls == nullptr);
      });
  if (asks_in_vain) {
    throw std::invalid_argument{"without TLS no client can show a certificate"};
  }
  const bool known = std::all_of(addresses.begin(), addresses.end(),
                                 [&](const auto& one) { return one.terms < next.terms.size(); });
  if (next.terms.empty() || !known) {
    throw std::invalid_argument{"a site needs the terms of its listeners"};
  }
}

void server::state::note_schemes(const site& of) {
  is_plain.clear();
  for (const auto& one : of.terms) is_plain.push_back(one.plain_http || of.tls == nullptr);
}

void server::use(std::shared_ptr<const site> next, std::function<void(core::error_code)> done) {
  std::vector<listen_address> present;
  for (const auto& one : state_->listeners) present.push_back(one.asked);
  use(std::move(next), present, std::move(done));
}

// Where the same address stands twice, which port 0 may, each of the old ones is kept for one.
server::state::changes server::state::move_to(const std::vector<listen_address>& addresses) {
  std::vector<async::executor> executors;
  for (const auto& one : workers) executors.push_back(one->where());
  auto left = listeners;
  std::vector<listening> next;
  changes made;
  for (const auto& one : workers) made.try_emplace(one.get());
  for (const auto& one : addresses) {
    const auto kept = std::find_if(left.begin(), left.end(), [&one](const listening& had) {
      return had.asked.where == one.where;
    });
    if (kept != left.end()) {
      next.push_back({kept->number, one, kept->bound});
      for (auto& [part, change] : made) change.terms.emplace_back(kept->number, one.terms);
      left.erase(kept);
      continue;
    }
    auto opened = open_acceptors(one.where, addresses, common.settings, executors);
    next.push_back({++numbers, one, opened.front().acceptor.local_endpoint()});
    for (auto& each : opened) {
      made.at(workers[each.worker].get())
          .add.push_back({std::move(each.acceptor), numbers, one.terms, each.spread});
    }
  }
  for (const auto& gone : left) {
    for (auto& [part, change] : made) change.remove.push_back(gone.number);
  }
  listeners = std::move(next);
  endpoints.clear();
  for (const auto& one : listeners) endpoints.push_back(one.bound);
  return made;
}

void server::use(std::shared_ptr<const site> next, const std::vector<listen_address>& addresses,
                 std::function<void(core::error_code)> done) {
  if (next == nullptr) throw std::invalid_argument{"a site needs a pipeline"};
  state_->check(*next, addresses);
  const auto changes = std::make_shared<state::changes>(state_->move_to(addresses));
  state_->note_schemes(*next);
  const auto share = share_of(next->connections, state_->workers.size());
  const auto use = [next = std::move(next), changes, share](worker& part) {
    part.change(std::move(changes->at(&part)), next, share);
    return core::error_code{};
  };
  state_->run_on_all_workers(use, std::move(done));
}

void server::listen(const std::vector<tcp::endpoint>& addresses) {
  const auto changes = std::make_shared<state::changes>(state_->move_to(on_first_terms(addresses)));
  const auto change = [changes](worker& part) {
    part.change(std::move(changes->at(&part)), nullptr, 0);
    return core::error_code{};
  };
  state_->run_on_all_workers(change, {});
}

void server::pause(std::function<void(core::error_code)> done) {
  state_->run_on_all_workers([](worker& part) { return part.pause(); }, std::move(done));
}

void server::resume(std::function<void(core::error_code)> done) {
  state_->run_on_all_workers([](worker& part) { return part.resume(); }, std::move(done));
}

void server::use_tls(std::shared_ptr<const net::tls_context> other,
                     std::function<void(core::error_code)> done) {
  if (other == nullptr || state_->common.settings.tls == nullptr) {
    throw std::invalid_argument{"a server speaks TLS from its start to its end, or never"};
  }
  const auto use = [other = std::move(other)](worker& part) {
    part.use_tls(other);
    return core::error_code{};
  };
  state_->run_on_all_workers(use, std::move(done));
}

void server::drain(core::deadline until, std::function<void()> done) {
  auto* all = state_.get();
  const auto first = all->workers.front()->where();
  asio::post(first, [all, first, until, done = std::move(done)]() mutable {
    if (all->limit) return;  // a second call changes nothing
    all->draining_workers = all->workers.size();
    all->done = std::move(done);
    all->limit = std::make_unique<async::timer>(first, until.at());
    all->limit->async_wait([all](const core::error_code& error) {
      if (error) return;
      for (auto& one : all->workers) {
        asio::post(one->where(), [part = one.get()] { part->close_connections(); });
      }
    });
    // First of all, so that none of them hands a connection to one that has ended.
    const auto stop_accepting = [](worker& part) {
      part.stop_accepting();
      return core::error_code{};
    };
    all->run_on_all_workers(stop_accepting, [all, first](core::error_code) {
      for (auto& one : all->workers) {
        asio::post(one->where(), [all, first, part = one.get()] {
          part->drain();
          part->on_drained(
              [all, first] { asio::post(first, [all] { all->on_worker_drained(); }); });
        });
      }
    });
  });
}

}  // namespace latchkey::server
