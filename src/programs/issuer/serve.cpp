#include "issuer/serve.hpp"

#include "issuer/fault_listener.hpp"
#include "issuer/key_file.hpp"
#include "issuer/key_ring.hpp"
#include "issuer/provider.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_future.hpp>

#include <csignal>
#include <future>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace latchkey::issuer {
namespace {

std::string url_of(const async::tcp::endpoint& where, bool secure) {
  const auto address = where.address().to_string();
  return std::string{secure ? "https://" : "http://"} +
         (where.address().is_v6() ? '[' + address + ']' : address) + ':' +
         std::to_string(where.port());
}

server::server_settings server_settings_of() {
  server::server_settings made;
  made.session.body_bytes = 64 * 1024;
  made.connections = 1000;
  return made;
}

async::tcp::endpoint control_endpoint(const serve_options& options) {
  auto where = server::parse_endpoint(options.control);
  if (!where.address().is_loopback()) {
    throw std::invalid_argument{"the controls are for loopback addresses only, not " +
                                options.control};
  }
  return where;
}

// On the provider's executor. Throws std::invalid_argument for one that cannot be shown.
async::task<> show_all(std::shared_ptr<provider> shows, std::vector<fault> faults) {
  for (auto& one : faults) {
    const auto why = co_await shows->show(std::move(one));
    if (!why.empty()) throw std::invalid_argument{"--fault: " + why};
  }
}

void announce(std::ostream& out, const settings& known, const std::string& url,
              const std::string& control) {
  out << "latchkey-issuer " LATCHKEY_VERSION
         " for development only: it lets in any name. Never use it in production.\n"
      << "issuer " << known.issuer << "\njwks_uri " << known.url << "/.well-known/jwks.json\n"
      << "control on " << control << "\nlistening on " << url << '\n'
      << std::flush;
}

}  // namespace

int serve(const serve_options& options, std::ostream& out) {
  const auto where = server::parse_endpoint(options.listen);
  const bool secure = !options.tls_certificate.empty();
  if (!secure && !where.address().is_loopback()) {
    throw std::invalid_argument{
        "plain http is for loopback addresses only: give "
        "--tls-certificate and --tls-key to listen on " +
        options.listen};
  }
  auto first = options.key.empty() ? new_key() : read_or_make_key(options.key);
  async::io_pool pool{1};
  // The port may be known only once the server is bound, and the issuer is named after it.
  const auto late = std::make_shared<http::handler>();
  const auto late_control = std::make_shared<http::handler>();
  certificates known;
  if (secure) known = make_certificates({options.tls_certificate, options.tls_key});
  auto how = server_settings_of();
  auto of_control = how;
  // A fault may bring a document of its own.
  of_control.session.body_bytes = std::size_t{1024} * 1024;
  server::server control{pool,
                         {control_endpoint(options)},
                         of_control,
                         [late_control](http::context& ctx) { return (*late_control)(ctx); },
                         core::system_clock()};
  how.tls = known.own;
  server::server server{pool,
                        {where},
                        how,
                        [late](http::context& ctx) { return (*late)(ctx); },
                        core::system_clock()};
  const auto url = url_of(server.endpoints().front(), secure);
  auto wanted = options.wanted;
  if (wanted.url.empty()) wanted.url = url;
  if (wanted.issuer.empty()) wanted.issuer = wanted.url;
  const auto answers = std::make_shared<provider>(wanted, std::move(first), system_sources(),
                                                  listener_of(server, std::move(known)));
  *late = provider::handler(answers);
  *late_control = provider::control_handler(answers);

  async::asio::basic_signal_set<async::executor> signals{pool.at(0)};
  signals.add(SIGTERM);
  signals.add(SIGINT);
  std::promise<void> told;
  std::promise<void> ended;
  constexpr std::chrono::seconds patience{1};
  signals.async_wait([&](const core::error_code& error, int) {
    if (error) return;
    const core::deadline soon{core::steady_time::clock::now() + patience};
    control.drain(soon, [] {});
    server.drain(soon, [&ended] { ended.set_value(); });
    told.set_value();
  });
  server.start();
  control.start();
  auto shown =
      async::asio::co_spawn(pool.at(0), show_all(answers, options.faults), async::asio::use_future);
  async::io_pool_run running{pool};
  shown.get();
  announce(out, wanted, url, url_of(control.endpoints().front(), false));
  told.get_future().wait();
  // Not for longer: a request that a fault holds back on purpose never ends by itself.
  ended.get_future().wait_for(patience);
  running.end();
  return 0;
}

}  // namespace latchkey::issuer
