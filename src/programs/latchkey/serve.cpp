#include "serve.hpp"

#include "issuers.hpp"
#include "shutdown.hpp"

#include <latchkey/app/documents.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/app/openapi.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/middleware/request_id.hpp>
#include <latchkey/net/server.hpp>

#include <boost/json/object.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

namespace latchkey::programs {
namespace {

using app::log_level;

boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
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
  parsed.reserve(texts.size());
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

void run(const app::config& loaded, const std::string& config_path,
         const net::proxy_settings& proxy) {
  const auto clock = core::system_clock();
  const auto events = std::make_shared<const app::log>(loaded.log, clock);

  raise_descriptor_limit(*events, loaded.server.limits.connections);

  // Keys, probes and signals have a thread of their own: none of them waits for a busy worker.
  async::io_pool control{1};
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  async::io_pool workers{loaded.server.workers != 0 ? loaded.server.workers : cores};

  const auto verifying = make_verification(loaded, clock, control, workers, events, proxy);

  app::pipeline_parts parts;
  parts.events = events;
  parts.trusted = verifying.trusted;
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
    admin = std::make_unique<net::server>(
        control, endpoints({loaded.admin.listen}), admin_settings(),
        app::make_admin_pipeline(parts, readiness_of(verifying), metrics_of(verifying),
                                 status_of(verifying)),
        clock);
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

  finished.wait();
  for (const auto& issuer : parts.trusted->issuers()) issuer.keys->close();
  workers.stop();
  workers.join();
  control.stop();
  control.join();
  events->event(log_level::info, "stopped", {{"dropped_connections", front.open_connections()}});
}

}  // namespace

int serve(const app::config& loaded, const std::string& config_path,
          const net::proxy_settings& proxy) {
  try {
    run(loaded, config_path, proxy);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "latchkey: " << fault.what() << "\n";
    return 1;
  }
}

}  // namespace latchkey::programs
