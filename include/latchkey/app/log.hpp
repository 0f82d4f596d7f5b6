// The log of the programs: one line an event, JSON or text, with every control character escaped.
// A logger of spdlog takes the lines to its sinks. Never given a token. Not for metrics.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/line_writer.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/exchange.hpp>

#include <boost/json/object.hpp>
#include <spdlog/fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

class bounded_sink;

std::string_view name_of(log_level level);
std::string_view name_of(log_sink sink);
// By the name that the configuration has for it; nothing for any other.
std::optional<log_level> log_level_named(std::string_view name);

// What a sink could not write.
struct sink_losses {
  std::string sink;
  lost_lines lost;
};

class log {
 public:
  // Writes to the sinks of the configuration, each from a thread of its own: nobody waits for a
  // reader that is slow or gone, nor for a disk that is full, see line_writer. `clock` stamps the
  // events. Throws std::runtime_error where a sink cannot be had.
  log(const log_config& settings, core::clock clock);
  // Writes to a logger of the caller's, whatever its sinks. Its level and theirs decide.
  log(std::shared_ptr<spdlog::logger> to, log_format format, core::clock clock);

  // Any thread. What stands below the level costs a comparison.
  void event(log_level level, std::string_view name, const boost::json::object& fields = {}) const;
  // One that has ended; at level info.
  void request(const http::exchange& ended) const;

  // Any thread. The level is the logger's: all who share this log or the logger see it change.
  bool wants(log_level level) const;
  log_level level() const;
  void set_level(log_level level) const;

  // Any thread. Has files opened anew, soon, for whoever has renamed them.
  void reopen() const;

  // Of the sinks of the configuration.
  std::vector<sink_losses> losses() const;

 private:
  void write(log_level level, core::wall_time at, std::string_view line) const;

  std::shared_ptr<spdlog::logger> logger_;
  log_format format_;
  core::clock clock_;
  std::vector<std::shared_ptr<bounded_sink>> sinks_;
};

// One line without its end. Text: time, level, name, then name=value with values as JSON where they
// are not plain words.
std::string format_event(log_format format, log_level level, core::wall_time at,
                         std::string_view name, const boost::json::object& fields);

// The line of one request, as format_event would write it of the fields id, trace_id, span_id,
// peer, cert, cert_sha256, method, path, route, status, reason, fault, error, in, out and us; empty
// texts are left out, and `in` where there was no body. Separate because it is written for each
// request.
std::string format_request(log_format format, const http::exchange& ended);

// "2026-11-23T18:00:00.123Z"
std::string format_time(core::wall_time at);

}  // namespace latchkey::app
