#include "serve.hpp"

#include "descriptors.hpp"
#include "issuers.hpp"
#include "shutdown.hpp"
#include "signals.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/app/documents.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/app/openapi.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/core/processors.hpp>
#include <latchkey/middleware/request_id.hpp>
#include <latchkey/server/server.hpp>

#include <boost/json/object.hpp>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

namespace latchkey::programs {
namespace {

using app::log_level;

boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

server::server_settings public_settings(const app::config& loaded, std::size_t connections,
                                        const std::shared_ptr<const app::log>& events) {
  const auto& limits = loaded.server.limits;
  const auto& timeouts = loaded.server.timeouts;
  server::server_settings settings;
  settings.session.head = {limits.request_line, limits.header_bytes, limits.header_count};
  settings.session.body_bytes = limits.body_bytes;
  settings.session.timeouts = {timeouts.handshake, timeouts.head, timeouts.body, timeouts.idle,
                               timeouts.write};
  settings.connections = connections;
  settings.v6_only = loaded.server.ipv6_only;
  settings.connections_per_client = limits.connections_per_client;
  settings.tls = std::make_shared<const net::tls_context>(
      net::tls_files{loaded.server.tls.certificate, loaded.server.tls.private_key});
  settings.refused = [events](const server::refusal& one) {
    boost::json::object fields{
        {"peer", json_view(one.peer)}, {"reason", one.error.message()}, {"status", one.status}};
    if (!one.fault.empty()) fields["fault"] = json_view(one.fault);
    events->event(log_level::info, "refused", fields);
  };
  return settings;
}

constexpr std::size_t admin_connections = 64;

// Whoever holds connections open, or begins requests and does not end them, keeps no probe out.
server::server_settings admin_settings(bool v6_only) {
  constexpr std::chrono::seconds soon{2};
  server::server_settings settings;
  settings.connections = admin_connections;
  settings.v6_only = v6_only;
  settings.close_idle_for_new = true;
  settings.session.body_bytes = 0;
  settings.session.timeouts.head = soon;
  settings.session.timeouts.idle = soon;
  settings.session.timeouts.drop = soon;
  settings.session.timeouts.write = 2 * soon;
  return settings;
}

std::vector<async::tcp::endpoint> endpoints(const std::vector<std::string>& texts) {
  std::vector<async::tcp::endpoint> parsed;
  parsed.reserve(texts.size());
  for (const auto& text : texts) parsed.push_back(server::parse_endpoint(text));
  return parsed;
}

std::string url_of(const char* scheme, const async::tcp::endpoint& where) {
  const auto address = where.address().to_string();
  return std::string{scheme} + "://" + (where.address().is_v6() ? "[" + address + "]" : address) +
         ":" + std::to_string(where.port());
}

void log_listening(const app::log& events, const char* what, const char* scheme,
                   const server::server& one) {
  for (const auto& where : one.endpoints()) {
    events.event(log_level::info, what, {{"url", url_of(scheme, where)}});
  }
}

// Many systems allow a process 1,024 descriptors unless it asks for the rest of what it may have.
std::size_t raised_descriptor_limit() {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  auto raised = limit;
  raised.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

// How many connections of clients may be open at once; says where that is less than is configured.
std::size_t connections_for(const app::config& loaded, std::size_t threads,
                            const app::log& events) {
  const auto wanted = loaded.server.limits.connections;
  const descriptor_needs needs{
      .threads = threads,
      .addresses = loaded.server.listen.size(),
      .issuers = loaded.issuers.size(),
      .admin_connections = loaded.admin.listen.empty() ? 0 : admin_connections,
  };
  const auto limit = raised_descriptor_limit();
  const auto connections = connections_within(limit, wanted, needs);
  if (connections < wanted) {
    events.event(log_level::warn, "few_descriptors",
                 {{"descriptors", limit},
                  {"connections", connections},
                  {"configured", wanted},
                  {"advice", "raise the limit of open files, or lower server.limits.connections"}});
  }
  return connections;
}

// What a signal that does not end the server has it do.
void on_signal(const app::log& events, int signal) {
  const char* const name = ::sigabbrev_np(signal);
  const bool reopens = signal == SIGUSR1;
  if (reopens) events.reopen();
  events.event(log_level::info, "signal",
               {{"signal", name == nullptr ? "" : "SIG" + std::string{name}},
                {"action", reopens ? "log files are opened anew" : "none"}});
}

void run(const app::config& loaded, const std::string& config_path,
         const client::proxy_settings& proxy) {
  const auto clock = core::system_clock();
  const auto events = std::make_shared<const app::log>(loaded.log, clock);

  for (const auto& one : app::foresee_files(loaded, config_path, clock.wall())) {
    events->event(log_level::warn, "certificate", {{"key", one.key}, {"message", one.message}});
  }

  // Keys, probes and signals have a thread of their own: none of them waits for a busy worker.
  async::io_pool control{1};
  const auto present = core::available_processors();
  async::io_pool workers{loaded.server.workers != 0 ? loaded.server.workers : present.usable()};
  const auto connections = connections_for(loaded, workers.size(), *events);

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

  server::server front{workers, endpoints(loaded.server.listen),
                       public_settings(loaded, connections, events),
                       app::make_pipeline(loaded, parts), clock};
  std::unique_ptr<server::server> admin;
  if (!loaded.admin.listen.empty()) {
    admin = std::make_unique<server::server>(
        control, endpoints({loaded.admin.listen}), admin_settings(loaded.server.ipv6_only),
        app::make_admin_pipeline(parts, loaded.admin.hosts, readiness_of(verifying),
                                 metrics_of(verifying), status_of(verifying)),
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
  const operator_signals others{control.at(0), [&](int signal) { on_signal(*events, signal); }};

  for (const auto& issuer : parts.trusted->issuers()) issuer.keys->prefetch();
  front.start();
  if (admin) admin->start();
  async::io_pool_run control_threads{control};
  async::io_pool_run worker_threads{workers};
  events->event(log_level::info, "started",
                {{"version", LATCHKEY_VERSION},
                 {"config", config_path},
                 {"workers", workers.size()},
                 {"processors", present.allowed},
                 {"cpu_quota", present.quota ? boost::json::value(*present.quota) : nullptr}});
  log_listening(*events, "listening", "https", front);
  if (admin) log_listening(*events, "admin_listening", "http", *admin);

  finished.wait();
  for (const auto& issuer : parts.trusted->issuers()) issuer.keys->close();
  worker_threads.end();
  control_threads.end();
  events->event(log_level::info, "stopped", {{"dropped_connections", front.open_connections()}});
}

}  // namespace

int serve(const app::config& loaded, const std::string& config_path,
          const client::proxy_settings& proxy) {
  try {
    ignore_signals();
    run(loaded, config_path, proxy);
    return 0;
  } catch (const std::system_error& fault) {
    // Of a thread it is all that the library says.
    const bool thread = fault.code() == std::errc::resource_unavailable_try_again;
    std::cerr << "latchkey: " << (thread ? "cannot start a thread: " : "") << fault.what() << "\n";
    return 1;
  } catch (const std::exception& fault) {
    std::cerr << "latchkey: " << fault.what() << "\n";
    return 1;
  }
}

}  // namespace latchkey::programs
