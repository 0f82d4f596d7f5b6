#include "request_line.hpp"

#include <latchkey/app/bounded_sink.hpp>
#include <latchkey/app/log.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unistd.h>

namespace latchkey::app {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

spdlog::level::level_enum level_of(log_level level) {
  constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                              spdlog::level::err};
  return levels[static_cast<std::size_t>(level)];
}

std::unique_ptr<line_target> target_of(log_sink sink, const log_file_config& file) {
  switch (sink) {
    case log_sink::standard_output:
      return descriptor_target(STDOUT_FILENO, "standard output");
    case log_sink::file:
      return file_target({file.path, file.max_bytes, file.count});
    case log_sink::syslog:
      return syslog_target();
  }
  throw std::logic_error{"no such sink"};
}

}  // namespace

std::string_view name_of(log_level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::string_view name_of(log_sink sink) {
  constexpr std::array<std::string_view, 3> names{"stdout", "file", "syslog"};
  return names[static_cast<std::size_t>(sink)];
}

std::optional<log_level> log_level_named(std::string_view name) {
  const auto* const found = std::find(level_names.begin(), level_names.end(), name);
  if (found == level_names.end()) return std::nullopt;
  return static_cast<log_level>(found - level_names.begin());
}

std::string format_time(core::wall_time at) {
  line_buffer text;
  append_time(text, at);
  return fmt::to_string(text);
}

std::string format_event(log_format format, log_level level, core::wall_time at,
                         std::string_view name, const boost::json::object& fields) {
  if (format == log_format::json) {
    boost::json::object line;
    line.reserve(fields.size() + 3);
    line["time"] = format_time(at);
    line["level"] = json_view(name_of(level));
    line["event"] = json_view(name);
    for (const auto& field : fields) line.insert(field);
    return escaped(line);
  }
  auto line = fmt::format("{} {:5} {}", format_time(at), name_of(level), name);
  for (const auto& field : fields) {
    line += ' ';
    line.append(field.key().data(), field.key().size());
    line += '=';
    const auto* text = field.value().if_string();
    if (text != nullptr && is_plain_word({text->data(), text->size()})) {
      line.append(text->data(), text->size());
    } else {
      line += escaped(field.value());
    }
  }
  return line;
}

log::log(const log_config& settings, core::clock clock)
    : format_{settings.format}, clock_{std::move(clock)} {
  const auto lost = [format = settings.format, now = clock_.wall](std::uint64_t count) {
    return format_event(format, log_level::warn, now(), "log_lines_dropped", {{"lines", count}});
  };
  for (const auto one : settings.sinks) {
    sinks_.push_back(std::make_shared<bounded_sink>(std::string{name_of(one)},
                                                    target_of(one, settings.file), lost));
  }
  logger_ = std::make_shared<spdlog::logger>("latchkey", sinks_.begin(), sinks_.end());
  set_level(settings.level);
}

log::log(std::shared_ptr<spdlog::logger> to, log_format format, core::clock clock)
    : logger_{std::move(to)}, format_{format}, clock_{std::move(clock)} {}

void log::write(log_level level, core::wall_time at, std::string_view line) const {
  logger_->log(at, spdlog::source_loc{}, level_of(level),
               spdlog::string_view_t{line.data(), line.size()});
}

void log::event(log_level level, std::string_view name, const boost::json::object& fields) const {
  if (!wants(level)) return;
  const auto now = clock_.wall();
  write(level, now, format_event(format_, level, now, name, fields));
}

void log::request(const http::exchange& ended) const {
  if (!wants(log_level::info)) return;
  line_buffer line;
  append_request(line, format_, ended);
  write(log_level::info, ended.at, {line.data(), line.size()});
}

bool log::wants(log_level level) const {
  return logger_->should_log(level_of(level));
}

log_level log::level() const {
  for (const auto one : {log_level::debug, log_level::info, log_level::warn}) {
    if (wants(one)) return one;
  }
  return log_level::error;
}

void log::set_level(log_level level) const {
  logger_->set_level(level_of(level));
}

void log::reopen() const {
  for (const auto& one : sinks_) one->reopen();
}

std::vector<sink_losses> log::losses() const {
  std::vector<sink_losses> all;
  all.reserve(sinks_.size());
  for (const auto& one : sinks_) all.push_back({one->name(), one->lost()});
  return all;
}

}  // namespace latchkey::app
