// Replaces the deployment of a running server by what its configuration says now: all of it or
// nothing. Lives on the control thread. Not for what a deployment is.
#pragma once

#include "carried_figures.hpp"
#include "deployment.hpp"
#include "watched_files.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/async/waiters.hpp>
#include <latchkey/server/server.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::programs {

// Told of reloads on the control thread: that one begins, and what became of it. Each may be empty.
struct reload_observer {
  std::function<void()> began;
  std::function<void(const app::reload_report&)> ended;
};

class reloader {
 public:
  // `front` outlives this, and the context of `home` ends before it.
  reloader(const async::executor& home, server::server& front, deployment_ptr first,
           app::config_source source, deployment_parts parts);
  reloader(const reloader&) = delete;
  reloader& operator=(const reloader&) = delete;

  // Each of these on the control thread, or before it runs.

  const deployment_ptr& current() const { return current_; }
  app::config_status status() const;
  // What this deployment and those before it have counted.
  deployment_figures figures() const { return carried_.total(current_, retired_); }

  // Reads the configuration, with the overrides of the start, and puts it to use. Where reloads
  // come faster than they are done, a few wait and get the report of one that began after they
  // came; further ones are declined at once. `cause` is for the log, with static storage.
  async::task<app::reload_report> reload(std::string_view cause);

  // The same where nobody waits for the report. Nothing where one is to begin anyway.
  void start_reload(std::string_view cause);

  // For reloads from now on.
  void observe(reload_observer told) { told_ = std::move(told); }

  // Watches the files of the configuration, if it says so, and lets go of what reloads have
  // replaced. Once.
  void start();
  // No further reload; one that has begun is given up at its next step.
  void stop();

 private:
  async::task<> watch();
  async::task<> keep_house();
  // Whether there was any.
  bool release_unused();
  async::task<> give_back_memory();
  async::task<> look_ahead();
  async::task<app::reload_report> load();
  app::reload_report declined(app::reload_declined why) const;
  async::task<app::reload_report> put_to_use(deployment_ptr next);
  async::task<> await_keys(const deployment& next);
  void report(const app::reload_report& outcome, std::string_view cause);
  void warn_of_certificates() const;
  void warn_of_routes() const;

  async::executor home_;
  server::server& front_;
  deployment_ptr current_;
  const app::config_source source_;
  const deployment_parts parts_;
  // Replaced, but perhaps still used by requests.
  std::vector<deployment_ptr> retired_;
  carried_figures carried_;  // of those that are gone
  async::background_thread thread_;
  async::background_thread watcher_;
  async::background_thread forecaster_;

  bool running_ = false;
  bool stopped_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t done_ = 0;
  async::waiters waiting_;
  app::config_status status_;
  app::reload_report last_;
  reload_observer told_;
  watched_files seen_;        // as they were when the last reload began
  app::diagnostics outlook_;  // of the certificates, when they were looked at last
  app::diagnostics route_outlook_;
};

}  // namespace latchkey::programs
