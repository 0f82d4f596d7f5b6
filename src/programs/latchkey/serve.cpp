#include "serve.hpp"

#include "descriptors.hpp"
#include "random_word.hpp"
#include "refusal_ticker.hpp"
#include "reloader.hpp"
#include "sandbox.hpp"
#include "service_report.hpp"
#include "shutdown.hpp"
#include "signals.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/app/config_metrics.hpp>
#include <latchkey/app/key_metrics.hpp>
#include <latchkey/app/limit_metrics.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/app/log_metrics.hpp>
#include <latchkey/app/notes_metrics.hpp>
#include <latchkey/app/request_metrics.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/app/server_span.hpp>
#include <latchkey/app/trace_metrics.hpp>
#include <latchkey/app/traffic.hpp>
#include <latchkey/app/verify_metrics.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/core/processors.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
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

// What the first site leaves to say.
server::server_settings public_settings(const app::config& loaded,
                                        const std::shared_ptr<const app::log>& events,
                                        const deployment_parts& parts) {
  server::server_settings settings;
  settings.v6_only = loaded.server.ipv6_only;
  settings.share_addresses = loaded.server.share_addresses;
  settings.when_full = server::when_full::close_idle;
  settings.connections_per_client = loaded.server.limits.connections_per_client;
  const auto& sampler = parts.refusals;
  settings.refused = [events, sampler, clock = parts.verifying.clock](const server::refusal& one) {
    if (!sampler->admits(one.error.message(), one.client, clock.wall())) return;
    boost::json::object fields{{"peer", json_view(one.client)}};
    if (one.peer != one.client) fields["proxy"] = json_view(one.peer);
    fields["reason"] = one.error.message();
    fields["status"] = one.status;
    events->event(log_level::info, "refused", fields);
  };
  settings.observe = [events, sampler, requests = parts.requests](const http::exchange& ended) {
    if (requests) requests->add(ended);
    app::record_span(ended);
    if (sampler->admits(ended)) events->request(ended);
  };
  return settings;
}

// For the spans that wait when all requests have ended.
constexpr std::chrono::milliseconds flush_time{2'000};

// Whoever holds connections open, or begins requests and does not end them, keeps no probe out.
server::server_settings admin_settings(const app::server_config& like) {
  constexpr std::chrono::seconds soon{2};
  server::server_settings settings;
  settings.connections = admin_connections;
  settings.v6_only = like.ipv6_only;
  settings.share_addresses = like.share_addresses;
  settings.when_full = server::when_full::close_unread;
  settings.session.body_bytes = 0;
  settings.session.timeouts.head = soon;
  settings.session.timeouts.idle = soon;
  settings.session.timeouts.drop = soon;
  settings.session.timeouts.write = 2 * soon;
  return settings;
}

void log_listening(const app::log& events, const char* what, const server::server& one) {
  for (const auto& url : one.urls()) events.event(log_level::info, what, {{"url", url}});
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
  const auto limit = raised_descriptor_limit();
  const auto connections = connections_within(limit, wanted, needs_of(loaded, threads));
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
void on_signal(const app::log& events, reloader& reloading, int signal) {
  const char* const name = ::sigabbrev_np(signal);
  const char* action = "none";
  if (signal == SIGUSR1) action = "log files are opened anew";
  if (signal == SIGHUP) action = "log files are opened anew, the configuration is read anew";
  events.event(log_level::info, "signal",
               {{"signal", name == nullptr ? "" : "SIG" + std::string{name}}, {"action", action}});
  if (signal == SIGUSR1 || signal == SIGHUP) events.reopen();
  if (signal == SIGHUP) reloading.start_reload("SIGHUP");
}

// Keeps the history of the traffic, as long as the control thread runs.
async::task<> watch_traffic(async::executor on, std::shared_ptr<const app::request_counts> requests,
                            std::shared_ptr<app::traffic_history> to) {
  async::timer next{on, core::steady_time::clock::now()};
  core::error_code ended;
  while (!ended) {
    to->add(core::steady_time::clock::now(), requests->totals());
    next.expires_after(app::traffic_history::step);
    co_await next.async_wait(async::use_task_with(ended));
  }
}

// What the admin listener tells is of the deployment in use.
app::admin_parts admin_parts_of(reloader& reloading, const server::server& front,
                                const deployment_parts& made_with,
                                std::shared_ptr<const app::traffic_history> recent) {
  app::admin_parts parts;
  const std::shared_ptr<const app::request_counts> requests = made_with.requests;
  parts.readiness = [&reloading] { return readiness_of(reloading.current()->verifying); };
  parts.metrics = [&reloading, &front, requests, limits = made_with.limits,
                   refusals = made_with.refusals, notes = made_with.notes_counts,
                   exports = made_with.exporter](app::metrics_text& page) {
    app::write_request_metrics(page, requests->totals());
    app::write_connection_metrics(page, front.totals());
    app::write_config_metrics(page, reloading.status());
    const auto counted = reloading.figures();
    app::write_verdict_metrics(page, *reloading.current()->verifying.thread_verifiers);
    app::write_verify_metrics(page, counted.signatures);
    app::write_cache_metrics(page, counted.cache);
    app::write_key_metrics(page, counted.issuers);
    app::write_upstream_metrics(page, counted.upstreams);
    if (const auto& kept = reloading.current()->notes) {
      app::write_notes_metrics(page, *notes, kept->now());
    }
    app::write_limit_metrics(page, limits->counts());
    app::write_unlogged_metrics(page, refusals->totals());
    app::write_trace_metrics(page, exports->counts(), exports->waiting());
  };
  parts.status = [&reloading, &front, requests, recent = std::move(recent)] {
    const auto& current = *reloading.current();
    return app::live_status{status_of(current.verifying),
                            reloading.status(),
                            front.urls(),
                            front.totals(),
                            recent->report(core::steady_time::clock::now(), requests->totals()),
                            status_of(current.behind)};
  };
  parts.reload = [&reloading] { return reloading.reload("POST /reload"); };
  return parts;
}

void log_sandbox(const app::log& events, const sandbox& box) {
  if (!box.asked) return;
  boost::json::array missing;
  for (const auto& one : box.missing) missing.emplace_back(one);
  events.event(box.missing.empty() ? log_level::info : log_level::warn, "sandbox",
               {{"landlock", box.landlock == 0 ? nullptr : boost::json::value(box.landlock)},
                {"seccomp", box.seccomp},
                {"missing", std::move(missing)}});
}

void run(app::config loaded, const app::config_source& source, const client::proxy_settings& proxy,
         const service_manager& manager) {
  const auto sockets = std::make_shared<given_sockets>(manager.given, first_given_descriptor);
  // Before the first thread and the first byte of the network.
  const auto box = enter_sandbox(loaded, source.file, source.environment);
  const auto clock = core::system_clock();
  const auto events = std::make_shared<const app::log>(loaded.log, clock);

  // Keys, probes, reloads and signals have a thread of their own: none of them waits for a busy
  // worker.
  async::io_pool control{1};
  const auto present = core::available_processors();
  async::io_pool workers{loaded.server.workers != 0 ? loaded.server.workers : present.usable()};

  // Without an admin listener nobody asks for the figures.
  const auto requests =
      loaded.admin.listen.empty() ? nullptr : std::make_shared<app::request_counts>(workers);
  const auto spans = std::make_shared<trace::span_store>(workers, loaded.trace.queue);
  const auto exports = make_exporter(control.at(0), clock, spans, events);
  const deployment_parts parts{
      {clock, control, workers, events, proxy, std::make_shared<client::authority_cache>(),
       end_is_asked_for},
      net::make_ticket_ring(),
      [events, threads = workers.size()](const app::config& of) {
        return connections_for(of, threads, *events);
      },
      requests,
      sockets,
      box.landlock != 0,
      std::make_shared<middleware::limit_store>(clock,
                                                core::siphash_key{random_word(), random_word()}),
      std::make_shared<app::refusal_sampler>(core::siphash_key{random_word(), random_word()},
                                             loaded.log.sample_refusals),
      spans,
      exports.get(),
  };
  const auto first = make_deployment(std::move(loaded), nullptr, parts);
  const auto& settings = first->loaded;

  auto serving = public_settings(settings, events, parts);
  serving.given = sockets->listeners();
  server::server front{workers, front_addresses(settings, *sockets), serving, first->site, clock};
  reloader reloading{control.at(0), front, first, source, parts};
  service_notifier notifier{control.at(0), clock, notify_sender(manager, *events),
                            [events](const core::error_code& why) {
                              log_manager_fault(*events, "cannot be notified: " + why.message());
                            }};
  reloading.observe(telling(notifier, front, reloading));
  std::unique_ptr<server::server> admin;
  if (!settings.admin.listen.empty()) {
    app::pipeline_parts shared;
    shared.events = events;
    shared.clock = clock;
    auto asking = admin_settings(settings.server);
    asking.given = sockets->listeners();
    const auto recent = std::make_shared<app::traffic_history>();
    async::asio::co_spawn(control.at(0), watch_traffic(control.at(0), requests, recent),
                          async::asio::detached);
    admin = std::make_unique<server::server>(
        control, admin_addresses(settings, *sockets), asking,
        app::make_admin_pipeline(shared, settings.admin.hosts,
                                 admin_parts_of(reloading, front, parts, recent)),
        clock);
  }

  refusal_ticker refusals{control.at(0), parts.refusals, events};
  // What is still open at the drain's end is closed then; a moment more lets the answers out.
  const auto drained = settings.server.timeouts.drain + std::chrono::milliseconds{500};
  shutdown ending{control.at(0), [&] {
                    const bool flushes = reloading.current()->exporting != nullptr;
                    const auto patience = drained + (flushes ? flush_time : flush_time.zero());
                    events->event(log_level::info, "draining",
                                  {{"open_connections", front.open_connections()}});
                    reloading.stop();
                    notifier.stopping(patience, "Ending: what has been asked is answered");
                    refusals.stop();
                    const core::deadline until{clock.steady() + settings.server.timeouts.drain};
                    front.drain(until, [&] {
                      async::asio::post(control.at(0), [&] {
                        const core::deadline flushed{clock.steady() + flush_time};
                        exports->finish(flushed, [&ending] { ending.finish(); });
                      });
                    });
                    // Who connects from now on is for the next process.
                    sockets->close();
                    return patience;
                  }};
  auto finished = ending.finished();
  const signal_queue signals{control.at(0), [&](int signal) {
                               if (ends_server(signal)) return ending.ask();
                               on_signal(*events, reloading, signal);
                             }};

  for (const auto& issuer : first->verifying.issuers->all()) issuer.keys->prefetch();
  front.start();
  if (admin) admin->start();
  reloading.start();
  refusals.start();
  exports->use(first->exporting);
  exports->start();
  async::io_pool_run control_threads{control};
  async::io_pool_run worker_threads{workers};
  events->event(log_level::info, "started",
                {{"version", LATCHKEY_VERSION},
                 {"config", source.file.string()},
                 {"workers", workers.size()},
                 {"processors", present.allowed},
                 {"cpu_quota", present.quota ? boost::json::value(*present.quota) : nullptr}});
  log_sandbox(*events, box);
  log_listening(*events, "listening", front);
  if (admin) log_listening(*events, "admin_listening", *admin);
  async::asio::post(control.at(0), [&] {
    notifier.ready(standing_of(front, reloading.status()));
    if (manager.watchdog) notifier.watch(workers, *manager.watchdog);
  });

  finished.wait();
  worker_threads.end();
  control_threads.end();
  refusals.tell();
  for (const auto& issuer : reloading.current()->verifying.issuers->all()) issuer.keys->close();
  events->event(log_level::info, "stopped", {{"dropped_connections", front.open_connections()}});
}

}  // namespace

int serve(app::config loaded, const app::config_source& source, const client::proxy_settings& proxy,
          const service_manager& manager) {
  try {
    run(std::move(loaded), source, proxy, manager);
    return 0;
  } catch (const core::given_up&) {
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
