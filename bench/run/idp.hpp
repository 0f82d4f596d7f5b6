// The identity provider beside a load: the development issuer as a child process, driven by a
// script of timed actions; counts the fetches of its key set. Not for judging the server.
#pragma once

#include "load/connection.hpp"
#include "report/run_report.hpp"
#include "run/provider_script.hpp"

#include <latchkey/core/time.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::bench::run {

struct idp_options {
  std::string listen;  // "127.0.0.1:9400": the server under load knows it by this address
  std::vector<provider_action> actions;
};

// What the script needs of the load; called on the provider's own thread.
struct idp_hooks {
  // Of one kind of token of the load: how new ones are minted, and who takes them.
  struct kind {
    std::string mint;  // a body for /control/mint
    std::function<void(std::vector<std::string>)> take;
  };
  std::vector<kind> kinds;
  // Where floods go, and the bytes before and after their tokens.
  load::target flooded;
  std::string before;
  std::string after;
};

// Any one thread may use it.
class idp_beside {
 public:
  // Starts it, and returns when it listens. Throws std::runtime_error where it does not.
  explicit idp_beside(const idp_options& options);
  // Ends it, and all it does.
  ~idp_beside();
  idp_beside(const idp_beside&) = delete;
  idp_beside& operator=(const idp_beside&) = delete;

  const std::string& control_url() const;

  // From now on the script runs: its times count from `measure`, and nothing begins from `end` on.
  void begin(core::steady_time measure, core::steady_time end, idp_hooks hooks);

  struct log {
    std::vector<report::provider_event> events;
    // Seconds since `measure`, and how often its key set had been asked for until then.
    std::vector<std::pair<double, std::uint64_t>> fetches;
  };
  // Ends the script and the provider.
  log end();

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

// How many of the fetches lie in a stretch of time.
std::uint64_t fetches_between(const idp_beside::log& log, double from, double to);

}  // namespace latchkey::bench::run
