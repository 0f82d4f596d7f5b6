#include <latchkey/app/log.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <unistd.h>

namespace latchkey::app {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

std::string_view name_of(log_level level) {
  return level_names[static_cast<std::size_t>(level)];
}

boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

bool plain_word(const boost::json::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

}  // namespace

std::string format_time(core::wall_time at) {
  using namespace std::chrono;
  const auto whole = floor<seconds>(at);
  const auto second = system_clock::to_time_t(whole);
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     duration_cast<milliseconds>(at - whole).count());
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
    return boost::json::serialize(line);
  }
  auto line = fmt::format("{} {:5} {}", format_time(at), name_of(level), name);
  for (const auto& field : fields) {
    line += ' ';
    line.append(field.key().data(), field.key().size());
    line += '=';
    const auto* text = field.value().if_string();
    if (text != nullptr && plain_word(*text)) {
      line.append(text->data(), text->size());
    } else {
      line += boost::json::serialize(field.value());
    }
  }
  return line;
}

log::log(const log_config& settings, core::clock clock)
    : settings_{settings}, clock_{std::move(clock)} {
  constexpr std::size_t bound = 4 * 1024 * 1024;
  const auto lost = [format = settings_.format, now = clock_.wall](std::size_t count) {
    return format_event(format, log_level::warn, now(), "log_lines_dropped", {{"lines", count}});
  };
  writer_ = std::make_unique<line_writer>(STDOUT_FILENO, bound, lost);
}

void log::write(log_level level, core::wall_time at, std::string_view name,
                const boost::json::object& fields) const {
  writer_->write(format_event(settings_.format, level, at, name, fields));
}

void log::event(log_level level, std::string_view name, const boost::json::object& fields) const {
  if (wants(level)) write(level, clock_.wall(), name, fields);
}

void log::access(const middleware::access_record& record) const {
  if (!wants(log_level::info)) return;
  boost::json::object fields;
  fields.reserve(8);
  fields["id"] = json_view(record.request_id);
  fields["peer"] = json_view(record.peer);
  fields["method"] = json_view(record.method);
  fields["path"] = json_view(record.path);
  if (!record.route.empty()) fields["route"] = json_view(record.route);
  fields["status"] = record.status;
  if (!record.reason.empty()) fields["reason"] = json_view(record.reason);
  fields["us"] = record.took.count();
  write(log_level::info, record.at, "request", fields);
}

}  // namespace latchkey::app
