#include "issuer_clients.hpp"

#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/require_scope.hpp>
#include <latchkey/core/processors.hpp>
#include <latchkey/embed/api_server.hpp>
#include <latchkey/http/router.hpp>
#include <latchkey/jose/rsa_kernels.hpp>
#include <latchkey/middleware/deadline.hpp>
#include <latchkey/middleware/recover.hpp>
#include <latchkey/middleware/request_id.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <future>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace latchkey::embed {
namespace {

std::uint64_t random_word() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

std::size_t threads_of(const api_settings& settings) {
  return settings.threads != 0 ? settings.threads : core::available_processors().usable();
}

using issuers_ptr = std::shared_ptr<const auth::trusted_issuers>;

issuers_ptr make_issuers(const api_settings& settings, const core::clock& clock,
                         async::io_pool& control, async::io_pool& workers) {
  const auto verifiers = std::make_shared<const auth::thread_verifiers>(
      workers, jose::best_rsa_kernels(), settings.token_cache,
      core::siphash_key{random_word(), random_word()});
  return std::make_shared<const auth::trusted_issuers>(
      trust(settings.issuers, clock, control.at(0), &workers), jose::token_limits{}, clock,
      verifiers);
}

// Exceptions of handlers, told to whoever asked to be.
middleware::recover recovering(const api_settings& settings) {
  return {[failed = settings.failed](const http::context& ctx, std::string_view what) {
    if (failed) failed(ctx, what);
  }};
}

// In the order of the server of latchkey, for its reasons (src/app/routes.cpp): the guards stand
// behind the router, so that none of them makes a 401 of a 404.
http::handler guarded(api_route route, const api_settings& settings, const core::clock& clock,
                      const issuers_ptr& issuers) {
  if (!route.handler) throw std::invalid_argument{route.pattern + ": a route without a handler"};
  if (route.is_public && !route.scopes.empty()) {
    throw std::invalid_argument{route.pattern + ": a public route cannot ask for scopes"};
  }
  std::vector<http::middleware> guards;
  guards.emplace_back(middleware::deadline{clock, settings.request_timeout});
  if (!route.is_public) guards.emplace_back(auth::authenticate{issuers});
  if (!route.scopes.empty()) guards.emplace_back(auth::require_scope{std::move(route.scopes)});
  return http::chain(std::move(guards), std::move(route.handler));
}

http::handler make_pipeline(const api_settings& settings, std::vector<api_route> routes,
                            const core::clock& clock, const issuers_ptr& issuers) {
  std::vector<http::route> made;
  for (auto& one : routes) {
    auto pattern = one.pattern;
    auto methods = one.methods;
    made.push_back({std::move(pattern), std::move(methods),
                    guarded(std::move(one), settings, clock, issuers)});
  }
  return http::chain({middleware::request_id{middleware::random_request_id}, recovering(settings)},
                     http::router{std::move(made)});
}

server::server_settings server_settings_of(const api_settings& settings) {
  if (settings.certificate.empty() != settings.private_key.empty()) {
    throw std::invalid_argument{"a certificate needs its private key, and the reverse"};
  }
  server::server_settings made;
  made.session.body_bytes = settings.body_bytes;
  made.observe = settings.observe;
  if (!settings.certificate.empty()) {
    made.tls = std::make_shared<const net::tls_context>(
        net::tls_files{settings.certificate, settings.private_key});
  }
  return made;
}

std::vector<async::tcp::endpoint> addresses_of(const api_settings& settings) {
  std::vector<async::tcp::endpoint> made;
  for (const auto& one : settings.listen) made.push_back(server::parse_endpoint(one));
  if (made.empty()) throw std::invalid_argument{"no address to listen at"};
  return made;
}

}  // namespace

struct api_server::state {
  state(const api_settings& settings, std::vector<api_route> routes)
      : drain{settings.drain},
        secure{!settings.certificate.empty()},
        workers{threads_of(settings)},
        issuers{make_issuers(settings, clock, control, workers)},
        front{workers, addresses_of(settings), server_settings_of(settings),
              make_pipeline(settings, std::move(routes), clock, issuers), clock},
        signals{control.context(0), SIGINT, SIGTERM} {}

  // On the control thread.
  void end() {
    if (std::exchange(ending, true)) return;
    signals.cancel();
    front.drain(core::deadline{clock.steady() + drain}, [this] { over.set_value(); });
  }

  core::clock clock = core::system_clock();
  std::chrono::milliseconds drain;
  bool secure;
  // Keys and signals have a thread of their own: neither waits for a busy worker.
  async::io_pool control{1};
  async::io_pool workers;
  issuers_ptr issuers;
  server::server front;
  boost::asio::signal_set signals;
  std::promise<void> over;
  bool ending = false;
};

api_server::api_server(api_settings settings, std::vector<api_route> routes)
    : state_{std::make_unique<state>(settings, std::move(routes))} {
  prefetch(*state_->issuers);
}

api_server::~api_server() {
  close(*state_->issuers);
}

std::vector<std::string> api_server::urls() const {
  std::vector<std::string> made;
  for (const auto& one : state_->front.endpoints()) {
    std::ostringstream text;
    text << (state_->secure ? "https://" : "http://") << one;
    made.push_back(text.str());
  }
  return made;
}

bool api_server::ready() const {
  const auto& all = state_->issuers->all();
  return std::all_of(all.begin(), all.end(),
                     [](const auth::trusted_issuer& one) { return one.keys->ready(); });
}

void api_server::run() {
  auto& own = *state_;
  own.signals.async_wait([&own](const boost::system::error_code& error, int) {
    if (!error) own.end();
  });
  own.front.start();
  async::io_pool_run control{own.control};
  async::io_pool_run workers{own.workers};
  own.over.get_future().wait();
}

void api_server::stop() {
  boost::asio::post(state_->control.at(0), [&own = *state_] { own.end(); });
}

}  // namespace latchkey::embed
