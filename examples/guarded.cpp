// An HTTPS server of one guarded route, made from the library. Not a program to deploy: it takes
// its settings from the command line and has no limits of its own.
#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/key_source.hpp>
#include <latchkey/auth/require_scope.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http/router.hpp>
#include <latchkey/jose/rsa_kernels.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <random>
#include <utility>

namespace {

using namespace latchkey;

// A handler: a coroutine from the request's context to its answer.
async::task<http::response> greet(http::context& ctx) {
  co_return http::response::text(http::status::ok, "text/plain",
                                 "hello, " + ctx.principal->subject + "\n");
}

int run(const std::string& issuer, const std::string& certificate, const std::string& key) {
  const auto clock = core::system_clock();
  async::io_pool pool{2};

  // The keys of one issuer: fetched over HTTPS (or HTTP on this machine), cached and renewed.
  // Elsewhere than at an address they may be found by discovery, or in a file.
  auto keys = auth::keys_at(client::https_client{{}}.as_fetch(), issuer + "/.well-known/jwks.json");
  auto client = std::make_shared<auth::jwks_client>(
      auth::jwks_settings{}, std::move(keys), clock, pool.at(0), [] { return 0.5; },
      auth::jwks_client::observer{}, std::make_unique<async::background_thread>(), &pool);
  client->prefetch();

  // The trusted issuer: claim rules, header rules, key source.
  auth::trusted_issuer issuer_of_tokens{{.issuer = issuer, .audiences = {"account"}}, {}, client};
  // A cache of verified tokens for both threads, of a mebibyte, and for each a queue of signatures.
  // Without them every request pays for its own.
  std::random_device random;
  const auto thread_verifiers = std::make_shared<const auth::thread_verifiers>(
      pool, jose::best_rsa_kernels(), 1 << 20, core::siphash_key{random(), random()});
  const auto issuers = std::make_shared<const auth::trusted_issuers>(
      std::vector{std::move(issuer_of_tokens)}, jose::token_limits{}, clock, thread_verifiers);

  // Middleware, outermost first, around the handler; the router decides which chain answers.
  auto guarded = http::chain({auth::authenticate{issuers}, auth::require_scope{{"greet"}}}, greet);
  http::router routes{{{"/greeting", {http::verb::get}, std::move(guarded)}}};

  server::server_settings settings;
  settings.tls = std::make_shared<const net::tls_context>(net::tls_files{certificate, key});
  server::server server{pool, {server::parse_endpoint("127.0.0.1:0")}, settings, routes, clock};
  std::cout << "listening on https://127.0.0.1:" << server.endpoints().front().port() << std::endl;
  server.start();
  async::io_pool_run running{pool};

  boost::asio::io_context signals;
  boost::asio::signal_set ending{signals, SIGINT, SIGTERM};
  ending.async_wait([](const boost::system::error_code&, int) {});
  signals.run();
  client->close();
  running.end();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "usage: guarded ISSUER CERTIFICATE KEY\n";
    return 2;
  }
  try {
    return run(arguments[1], arguments[2], arguments[3]);
  } catch (const std::exception& fault) {
    std::cerr << "guarded: " << fault.what() << "\n";
    return 1;
  }
}
