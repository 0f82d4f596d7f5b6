#include <latchkey/app/bounded_sink.hpp>
#include <latchkey/app/log.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <unistd.h>

namespace latchkey::app {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

bool plain_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

// Those that JSON may have in a text as they are, and a terminal heeds: DEL and U+0080 to U+009F.
void escape_further_controls(std::string& json) {
  for (std::size_t at = 0; at < json.size(); ++at) {
    const auto byte = [&json](std::size_t i) { return static_cast<unsigned char>(json[i]); };
    if (byte(at) == 0x7F) {
      json.replace(at, 1, "\\u007f");
    } else if (byte(at) == 0xC2 && at + 1 < json.size() && byte(at + 1) >= 0x80 &&
               byte(at + 1) < 0xA0) {
      json.replace(at, 2, fmt::format("\\u{:04x}", byte(at + 1)));
    }
  }
}

std::string escaped(const boost::json::value& of) {
  auto json = boost::json::serialize(of);
  escape_further_controls(json);
  return json;
}

void append_quoted(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
  if (!plain) {
    out += escaped(json_view(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

// Adds fields to a line, each behind those before it.
class field_writer {
 public:
  field_writer(std::string& out, log_format format) : out_{out}, format_{format} {}

  void add(std::string_view name, std::string_view text) {
    begin(name);
    if (format_ == log_format::text && plain_word(text)) {
      out_ += text;
    } else {
      append_quoted(out_, text);
    }
  }
  void add(std::string_view name, std::int64_t number) {
    begin(name);
    const fmt::format_int digits{number};
    out_.append(digits.data(), digits.size());
  }

 private:
  void begin(std::string_view name) {
    const bool json = format_ == log_format::json;
    out_ += json ? ",\"" : " ";
    out_ += name;
    out_ += json ? "\":" : "=";
  }

  std::string& out_;
  log_format format_;
};

// Long enough for names that people give; what follows is told by the digest.
constexpr std::size_t max_subject = 256;

void add_certificate(field_writer& fields, const core::client_certificate& of) {
  if (!of.subject.empty()) {
    fields.add("cert", std::string_view{of.subject}.substr(0, max_subject));
  }
  fields.add("cert_sha256", of.sha256);
}

void add_forwarding(field_writer& fields, const http::forwarding& of) {
  fields.add("upstream", of.upstream);
  if (!of.address.empty()) fields.add("address", of.address);
  fields.add("phase", http::to_string(of.phase));
  if (of.ended != http::ended_by::nobody) fields.add("ended_by", http::to_string(of.ended));
  if (of.error) fields.add("upstream_error", of.error.message());
  if (of.connect.count() != 0) fields.add("connect_us", std::int64_t{of.connect.count()});
  if (of.first_byte.count() != 0) fields.add("first_byte_us", std::int64_t{of.first_byte.count()});
  if (of.reused) fields.add("reused", std::int64_t{1});
  if (of.retries != 0) fields.add("retries", std::int64_t{of.retries});
}

// Digits of `width`, with zeros in front.
void append_digits(std::string& out, unsigned value, unsigned width) {
  std::array<char, 10> digits{};
  for (auto i = width; i > 0; --i, value /= 10) {
    digits[i - 1] = static_cast<char>('0' + value % 10);
  }
  out.append(digits.data(), width);
}

// Into the line itself, for each line begins with it.
void append_time(std::string& out, core::wall_time at) {
  using namespace std::chrono;
  const auto moment = floor<milliseconds>(at);
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss time{moment - day};
  const auto append = [&out](auto value, unsigned width, char behind) {
    append_digits(out, static_cast<unsigned>(value), width);
    out += behind;
  };
  append(static_cast<int>(date.year()), 4, '-');
  append(static_cast<unsigned>(date.month()), 2, '-');
  append(static_cast<unsigned>(date.day()), 2, 'T');
  append(time.hours().count(), 2, ':');
  append(time.minutes().count(), 2, ':');
  append(time.seconds().count(), 2, '.');
  append(time.subseconds().count(), 3, 'Z');
}

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
  std::string text;
  append_time(text, at);
  return text;
}

std::string format_request(log_format format, const http::exchange& ended) {
  constexpr std::size_t likely = 320;
  std::string line;
  line.reserve(likely);
  if (format == log_format::json) {
    line += R"({"time":")";
    append_time(line, ended.at);
    line += R"(","level":"info","event":"request")";
  } else {
    append_time(line, ended.at);
    line += " info  request";
  }
  field_writer fields{line, format};
  const auto add = [&fields](std::string_view name, std::string_view text) {
    if (!text.empty()) fields.add(name, text);
  };
  add("id", ended.request_id);
  if (ended.trace != nullptr) {
    add("trace_id", trace::view_of(trace::text_of(ended.trace->here.trace)));
    add("span_id", trace::view_of(trace::text_of(ended.trace->here.span)));
  }
  add("peer", ended.client);
  if (ended.peer != ended.client) add("proxy", ended.peer);
  if (ended.certificate != nullptr) add_certificate(fields, *ended.certificate);
  add("method", ended.method);
  add("path", ended.path);
  add("route", ended.route);
  fields.add("status", static_cast<std::int64_t>(ended.status));
  add("reason", ended.reason);
  add("fault", ended.fault);
  if (ended.error) fields.add("error", ended.error.message());
  if (ended.bytes_in != 0) fields.add("in", static_cast<std::int64_t>(ended.bytes_in));
  fields.add("out", static_cast<std::int64_t>(ended.bytes_out));
  fields.add("us", static_cast<std::int64_t>(ended.took.count()));
  if (ended.forwarded != nullptr) add_forwarding(fields, *ended.forwarded);
  if (format == log_format::json) line += '}';
  return line;
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
    if (text != nullptr && plain_word({text->data(), text->size()})) {
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
  write(log_level::info, ended.at, format_request(format_, ended));
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
