// A sink of spdlog that never makes whoever logs wait: see line_writer. It writes the text of a
// message as it is, one a line, unless it is given a pattern or formatter. Not for messages that
// must not be lost.
#pragma once

#include <latchkey/app/line_writer.hpp>

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace latchkey::app {

class bounded_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  // `name` is for metrics; `lost` makes the line that tells of that many lost ones.
  bounded_sink(std::string name, std::unique_ptr<line_target> target,
               std::function<std::string(std::uint64_t)> lost);

  const std::string& name() const { return name_; }
  lost_lines lost() const { return writer_.lost(); }
  // Any thread; see line_writer.
  void reopen() { writer_.reopen(); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  // Nobody waits for this sink: what is written leaves within milliseconds anyhow.
  void flush_() override {}
  // A pattern comes here as well, as a formatter.
  void set_formatter_(std::unique_ptr<spdlog::formatter> chosen) override;

  std::string name_;
  std::atomic<bool> formats_ = false;
  std::mutex formatting_;  // formatters are not for several threads
  line_writer writer_;
};

}  // namespace latchkey::app
