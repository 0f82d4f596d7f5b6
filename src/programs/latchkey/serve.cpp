#include "serve.hpp"

#include <latchkey/app/documents.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/app/openapi.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/middleware/request_id.hpp>
#include <latchkey/net/https_client.hpp>
#include <latchkey/net/server.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <exception>
#include <future>
#include <iostream>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace latchkey::programs {
namespace {

namespace asio = boost::asio;
using app::log_level;

boost::json::array to_json(const std::vector<std::string>& list) {
  boost::json::array made;
  for (const auto& text : list) made.emplace_back(text);
  return made;
}

boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

void log_keys(const app::log& events, const std::string& issuer, const auth::jwks_event& event) {
  if (event.what == auth::jwks_event::kind::failed) {
    boost::json::object fields{
        {"issuer", issuer}, {"error", event.error.message()}, {"failures", event.failures}};
    if (event.status != 0) fields["status"] = event.status;
    fields["retry_in_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(event.backoff).count();
    events.event(log_level::warn, "keys_fetch_failed", fields);
    return;
  }
  // A set that is as it was is no news.
  if (!event.changed && event.what == auth::jwks_event::kind::refreshed) return;
  boost::json::array skipped;
  for (const auto& one : event.skipped) {
    skipped.emplace_back(
        boost::json::object{{"kid", one.kid}, {"reason", json_view(auth::reason(one.why))}});
  }
  boost::json::object fields{{"issuer", issuer},
                             {"old_kids", to_json(event.old_kids)},
                             {"new_kids", to_json(event.new_kids)}};
  if (!skipped.empty()) fields["skipped"] = std::move(skipped);
  if (event.what == auth::jwks_event::kind::recovered) fields["failures"] = event.failures;
  const bool recovered = event.what == auth::jwks_event::kind::recovered;
  events.event(log_level::info, recovered ? "keys_recovered" : "keys_changed", fields);
}

auth::jwks_settings keys_settings(const app::issuer_config& issuer) {
  auth::jwks_settings settings;
  settings.uri = issuer.jwks_uri;
  settings.refresh.max_age = issuer.cache.max_age;
  settings.refresh.refresh_ahead = static_cast<double>(issuer.cache.refresh_ahead) / 100.0;
  settings.refresh.cooldown = issuer.cache.cooldown;
  settings.refresh.max_stale = issuer.cache.max_stale;
  settings.refresh.negative_ttl = issuer.cache.negative_ttl;
  settings.refresh.negative_kids = issuer.cache.negative_kids;
  settings.refresh.backoff_max = issuer.cache.backoff_max;
  settings.refresh.backoff_first =
      std::min(settings.refresh.backoff_first, settings.refresh.backoff_max);
  settings.fetch_timeout = issuer.cache.total_timeout;
  settings.limits.bytes = issuer.cache.max_bytes;
  settings.limits.keys = issuer.cache.max_keys;
  return settings;
}

std::shared_ptr<auth::jwks_client> make_keys(const app::issuer_config& issuer,
                                             const core::clock& clock, async::executor home,
                                             const std::shared_ptr<const app::log>& events) {
  net::https_client_settings fetching;
  fetching.ca_file = issuer.ca_file;
  fetching.connect_timeout = issuer.cache.connect_timeout;
  fetching.max_bytes = issuer.cache.max_bytes;
  const auto chance = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
  };
  const auto observe = [events, name = issuer.issuer](const auth::jwks_event& event) {
    log_keys(*events, name, event);
  };
  return std::make_shared<auth::jwks_client>(keys_settings(issuer),
                                             net::https_client{std::move(fetching)}.as_fetch(),
                                             clock, home, chance, observe);
}

net::server_settings public_settings(const app::config& loaded,
                                     const std::shared_ptr<const app::log>& events) {
  const auto& limits = loaded.server.limits;
  const auto& timeouts = loaded.server.timeouts;
  net::server_settings settings;
  settings.session.head = {limits.request_line, limits.header_bytes, limits.header_count};
  settings.session.body_bytes = limits.body_bytes;
  settings.session.timeouts = {timeouts.handshake, timeouts.head, timeouts.body, timeouts.idle,
                               timeouts.write};
  settings.connections = limits.connections;
  settings.tls = std::make_shared<const net::tls_context>(
      net::tls_files{loaded.server.tls.certificate, loaded.server.tls.private_key});
  settings.refused = [events](std::string_view peer, const core::error_code& error,
                              unsigned status) {
    events->event(log_level::info, "refused",
                  {{"peer", json_view(peer)}, {"reason", error.message()}, {"status", status}});
  };
  return settings;
}

net::server_settings admin_settings() {
  net::server_settings settings;
  settings.connections = 64;
  settings.session.body_bytes = 0;
  return settings;
}

std::vector<async::tcp::endpoint> endpoints(const std::vector<std::string>& texts) {
  std::vector<async::tcp::endpoint> parsed;
  for (const auto& text : texts) parsed.push_back(net::parse_endpoint(text));
  return parsed;
}

std::string url_of(const char* scheme, const async::tcp::endpoint& where) {
  const auto address = where.address().to_string();
  return std::string{scheme} + "://" + (where.address().is_v6() ? "[" + address + "]" : address) +
         ":" + std::to_string(where.port());
}

void log_listening(const app::log& events, const char* what, const char* scheme,
                   const net::server& one) {
  for (const auto& where : one.endpoints()) {
    events.event(log_level::info, what, {{"url", url_of(scheme, where)}});
  }
}

// Many systems allow a process 1,024 descriptors unless it asks for the rest of what it may have.
void raise_descriptor_limit(const app::log& events, std::size_t connections) {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  constexpr std::size_t own_needs = 64;
  if (limit.rlim_cur < connections + own_needs) {
    events.event(log_level::warn, "few_descriptors",
                 {{"descriptors", limit.rlim_cur},
                  {"connections", connections},
                  {"advice", "raise the limit of open files, or lower server.limits.connections"}});
  }
}

// SIGTERM and SIGINT drain; a second one ends at once, and so does the end of `limit`: a handler
// that outlasts its connection must not outlast the program.
class shutdown {
 public:
  shutdown(async::executor where, std::chrono::milliseconds limit, std::function<void()> begin)
      : signals_{where}, limit_{limit}, timer_{where}, begin_{std::move(begin)} {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    wait();
  }

  // Resolves when the program shall end.
  std::future<void> finished() { return finished_.get_future(); }
  // Any thread.
  void finish() {
    if (!done_.exchange(true)) finished_.set_value();
  }

 private:
  void wait() {
    signals_.async_wait([this](const core::error_code& error, int) {
      if (error) return;
      if (std::exchange(begun_, true)) {
        finish();
        return;
      }
      begin_();
      timer_.expires_after(limit_);
      timer_.async_wait([this](const core::error_code& cancelled) {
        if (!cancelled) finish();
      });
      wait();
    });
  }

  asio::basic_signal_set<async::executor> signals_;
  std::chrono::milliseconds limit_;
  async::timer timer_;
  std::function<void()> begin_;
  bool begun_ = false;
  std::atomic<bool> done_ = false;
  std::promise<void> finished_;
};

void run(const app::config& loaded, const std::string& config_path) {
  const auto clock = core::system_clock();
  const auto events = std::make_shared<const app::log>(loaded.log, clock);

  raise_descriptor_limit(*events, loaded.server.limits.connections);

  // Keys, probes and signals have a thread of their own: none of them waits for a busy worker.
  async::io_pool control{1};
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  async::io_pool workers{loaded.server.workers != 0 ? loaded.server.workers : cores};

  std::vector<auth::trusted_issuer> issuers;
  std::vector<app::readiness> checks;
  for (const auto& issuer : loaded.issuers) {
    auto keys = make_keys(issuer, clock, control.at(0), events);
    jose::claim_rules rules;
    rules.issuer = issuer.issuer;
    rules.audiences = issuer.audiences;
    rules.audience_claim = issuer.audience_claim;
    rules.clock_skew = std::chrono::duration_cast<std::chrono::seconds>(issuer.clock_skew);
    checks.push_back({"keys of " + issuer.issuer, [keys] { return keys->ready(); }});
    issuers.push_back({std::move(rules), issuer.algorithms, std::move(keys)});
  }
  jose::token_limits token_limits;
  token_limits.bytes = loaded.server.limits.token_bytes;

  app::pipeline_parts parts;
  parts.events = events;
  parts.trusted = std::make_shared<const auth::trust>(std::move(issuers), token_limits, clock);
  parts.clock = clock;
  parts.make_request_id = middleware::random_request_id;
  if (loaded.docs.enabled) {
    parts.docs = std::make_shared<const app::documents>(
        loaded.docs,
        app::openapi_json(loaded.docs, loaded.routes, loaded.server.insufficient_scope_status));
  }

  net::server front{workers, endpoints(loaded.server.listen), public_settings(loaded, events),
                    app::make_pipeline(loaded, parts), clock};
  std::unique_ptr<net::server> admin;
  if (!loaded.admin.listen.empty()) {
    admin =
        std::make_unique<net::server>(control, endpoints({loaded.admin.listen}), admin_settings(),
                                      app::make_admin_pipeline(parts, std::move(checks)), clock);
  }

  // What is still open at the drain's end is closed then; a moment more lets the answers out.
  const auto patience = loaded.server.timeouts.drain + std::chrono::milliseconds{500};
  shutdown ending{control.at(0), patience, [&] {
                    events->event(log_level::info, "draining",
                                  {{"open_connections", front.open_connections()}});
                    const core::deadline until{clock.steady() + loaded.server.timeouts.drain};
                    front.drain(until, [&ending] { ending.finish(); });
                  }};
  auto finished = ending.finished();

  for (const auto& issuer : parts.trusted->issuers()) issuer.keys->prefetch();
  front.start();
  if (admin) admin->start();
  control.run();
  workers.run();
  events->event(
      log_level::info, "started",
      {{"version", LATCHKEY_VERSION}, {"config", config_path}, {"workers", workers.size()}});
  log_listening(*events, "listening", "https", front);
  if (admin) log_listening(*events, "admin_listening", "http", *admin);
  events->flush();

  finished.wait();
  for (const auto& issuer : parts.trusted->issuers()) issuer.keys->close();
  workers.stop();
  workers.join();
  control.stop();
  control.join();
  events->event(log_level::info, "stopped", {{"dropped_connections", front.open_connections()}});
  events->flush();
}

}  // namespace

int serve(app::config loaded, std::string config_path) {
  try {
    run(loaded, config_path);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "latchkey: " << fault.what() << "\n";
    return 1;
  }
}

}  // namespace latchkey::programs
