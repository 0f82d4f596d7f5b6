// A server that forwards all it is asked to upstreams of the test's own, and what it tells of each
// request. Not for the real programs.
#pragma once

#include "support/client.hpp"
#include "support/raw_server.hpp"
#include "support/response_run.hpp"
#include "support/test_server.hpp"

#include <latchkey/edge/forward.hpp>
#include <latchkey/http/exchange.hpp>

#include <sys/ioctl.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace latchkey::edge {

// What an upstream does once it has read the head of a request.
struct upstream_script {
  enum class end { keep, close, reset };
  std::string bytes;
  end then = end::keep;
  std::size_t piece = std::string::npos;  // in which they are sent
};

inline void send_in_pieces(support::raw_server::socket& to, const upstream_script& what) {
  boost::system::error_code ignored;
  to.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  for (std::string_view rest = what.bytes; !rest.empty();) {
    const auto piece = rest.substr(0, what.piece);
    if (!support::raw_server::send(to, piece)) return;
    rest.remove_prefix(piece.size());
  }
}

// A reset throws away what has not come to the peer yet.
inline void await_delivery(support::raw_server::socket& to) {
  int left = 1;
  while (::ioctl(to.native_handle(), TIOCOUTQ, &left) == 0 && left != 0) std::this_thread::yield();
}

// The same for every request; those have no bodies.
inline support::raw_server::script scripted(upstream_script what) {
  return [what = std::move(what)](support::raw_server::socket& peer) {
    using end = upstream_script::end;
    while (!support::raw_server::read_head(peer).empty()) {
      send_in_pieces(peer, what);
      if (what.then == end::close) return;
      if (what.then == end::reset) {
        await_delivery(peer);
        return support::raw_server::reset(peer);
      }
    }
  };
}

inline std::string url_of(const support::raw_server& server) {
  return "http://127.0.0.1:" + server.port();
}

// What is told of one request at its end.
struct told_exchange {
  unsigned status = 0;
  std::string reason;
  bool failed = false;  // the answer was not sent whole
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  http::forwarding forwarded;
};

class told_exchanges {
 public:
  http::exchange_observer observer() {
    return [this](const http::exchange& one) {
      told_exchange made{one.status,   std::string{one.reason}, one.error.failed(),
                         one.bytes_in, one.bytes_out,           {}};
      if (one.forwarded != nullptr) made.forwarded = *one.forwarded;
      // It is a view of what the server has.
      made.forwarded.upstream = {};
      const std::lock_guard lock{mutex_};
      all_.push_back(std::move(made));
      more_.notify_all();
    };
  }
  // Waits for so many.
  std::vector<told_exchange> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    more_.wait_for(lock, std::chrono::seconds{8}, [&] { return all_.size() >= count; });
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<told_exchange> all_;
};

// Waits until it is so; false where it is not within seconds.
template <class Condition>
bool eventually(const Condition& is_so) {
  const auto end = core::steady_time::clock::now() + std::chrono::seconds{8};
  while (!is_so()) {
    if (core::steady_time::clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

class forward_bench {
 public:
  struct options {
    upstream_settings upstream = {};
    forward_settings forward = {};
    server::session_settings session = {};
    std::size_t threads = 1;
    core::steady_duration total{};            // of a request, from when it is answered; 0: none
    core::principal_ptr principal = nullptr;  // of every request
    std::function<void(http::context&)> prepare = {};  // called with every request
  };

  explicit forward_bench(options with)
      : server_{pipeline(with.principal, with.total, with.prepare), settings(with.session),
                with.threads} {
    with.upstream.name = "api";
    const upstream_parts parts{server_.threads(),
                               control_.get_executor(),
                               core::system_clock(),
                               std::make_shared<client::authority_cache>(),
                               net::resolver{},
                               [] { return std::uint64_t{7}; },
                               {}};
    upstream_ = std::make_shared<const upstream>(std::move(with.upstream), parts);
    handler_.set_value(
        forward(std::make_shared<const forwarding_route>(upstream_, std::move(with.forward))));
    // The server alone keeps it.
    handler_ = {};
  }
  // As in a program that ends: what is under way goes with the contexts of its threads, and the
  // last that refer to the upstream may be among it.
  ~forward_bench() { server_.stop(); }
  forward_bench(const forward_bench&) = delete;
  forward_bench& operator=(const forward_bench&) = delete;

  async::tcp::endpoint endpoint() const { return server_.endpoint(); }
  support::test_server& server() { return server_; }
  const upstream_counts& counts(std::size_t thread = 0) const {
    return upstream_->pools().at(thread)->counts();
  }
  std::uint64_t sum(core::counter upstream_counts::* figure) const {
    std::uint64_t all = 0;
    for (const auto& one : upstream_->pools()) all += (one->counts().*figure).get();
    return all;
  }
  std::vector<told_exchange> told(std::size_t count) { return told_.wait_for(count); }

  // All that a client gets which sends this and reads to the end.
  std::string ask(std::string_view request) {
    support::client client{endpoint()};
    client.send(request);
    return client.read_to_end();
  }

 private:
  // The upstream needs the server's threads: the handler follows.
  http::handler pipeline(core::principal_ptr principal, core::steady_duration total,
                         std::function<void(http::context&)> prepare) {
    return [next = handler_.get_future().share(), principal = std::move(principal), total,
            prepare = std::move(prepare)](http::context& ctx) {
      ctx.principal = principal;
      if (prepare) prepare(ctx);
      if (total != core::steady_duration{}) {
        ctx.deadline = core::deadline{core::steady_time::clock::now() + total};
      }
      return next.get()(ctx);
    };
  }
  server::server_settings settings(const server::session_settings& session) {
    server::server_settings made;
    made.session = session;
    made.observe = told_.observer();
    return made;
  }

  told_exchanges told_;
  std::promise<http::handler> handler_;
  boost::asio::io_context control_;
  support::test_server server_;
  std::shared_ptr<const upstream> upstream_;
};

// The usual settings with these upstreams.
template <class... Servers>
forward_bench::options to(const Servers&... servers) {
  forward_bench::options made;
  made.upstream.addresses = {url_of(servers)...};
  return made;
}

}  // namespace latchkey::edge
