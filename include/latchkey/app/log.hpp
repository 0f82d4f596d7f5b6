// The log of the programs: one line an event, JSON or text, with every control character escaped.
// Never given a token. Not for metrics.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/line_writer.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/middleware/access_log.hpp>

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace latchkey::app {

class log {
 public:
  // Writes to standard output from a thread of its own: nobody waits for a reader that is slow or
  // gone, see line_writer. `clock` stamps the events.
  log(const log_config& settings, core::clock clock);

  // Any thread. What stands below the configured level costs a comparison.
  void event(log_level level, std::string_view name, const boost::json::object& fields = {}) const;
  // At level info.
  void access(const middleware::access_record& record) const;
  bool wants(log_level level) const { return level >= settings_.level; }

 private:
  void write(log_level level, core::wall_time at, std::string_view name,
             const boost::json::object& fields) const;

  log_config settings_;
  core::clock clock_;
  std::unique_ptr<line_writer> writer_;
};

// One line without its end. Text: time, level, name, then name=value with values as JSON where they
// are not plain words.
std::string format_event(log_format format, log_level level, core::wall_time at,
                         std::string_view name, const boost::json::object& fields);

// The line of one request, as format_event would write it of the fields id, peer, method, path,
// route, status, reason and us; empty ones of route and reason are left out. Separate because it is
// written for each request.
std::string format_access(log_format format, const middleware::access_record& record);

// "2026-11-23T18:00:00.123Z"
std::string format_time(core::wall_time at);

}  // namespace latchkey::app
