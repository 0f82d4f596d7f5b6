// What became of reading the configuration anew, and how the certificates in use stand: for the
// log, /reload, /status and /metrics. Not for reloading.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/metrics_text.hpp>
#include <latchkey/core/time.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::app {

// Why a reload was not even tried.
enum class reload_declined : std::uint8_t {
  no,
  busy,    // enough others wait for one
  ending,  // the server ends
};

struct reload_report {
  bool taken = false;  // else the configuration before it goes on
  core::wall_time at;
  std::uint64_t generation = 0;       // in use afterwards; 1 is that of the start
  std::vector<std::string> problems;  // why it was not taken
  std::vector<std::string> restart;   // keys that have changed, and count only after a restart
  reload_declined declined = reload_declined::no;
};

struct certificate_status {
  std::string file;
  std::vector<std::string> names;
  std::string key;  // "RSA", "EC"
  core::wall_time from;
  core::wall_time until;
};

// Of the configuration in use.
struct config_status {
  std::uint64_t generation = 1;
  core::wall_time since;
  std::uint64_t reloads_taken = 0;
  std::uint64_t reloads_refused = 0;
  std::optional<reload_report> last_reload;
  std::vector<certificate_status> certificates;
};

// Gives `next` the values that only a restart can change from `running`, and names the keys of
// those that are others, in the order of the configuration.
std::vector<std::string> keep_until_restart(const config& running, config& next);

// {"reloaded":true,"generation":3,"restart":["server.workers"]}, or with "problems".
boost::json::object to_json(const reload_report& report);

boost::json::object to_json(const config_status& status, core::wall_time now);

}  // namespace latchkey::app
