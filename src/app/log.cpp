#include <latchkey/app/log.hpp>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
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

bool plain_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

void append_quoted(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
  if (!plain) {
    out += boost::json::serialize(json_view(text));
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
    fmt::format_to(std::back_inserter(out_), "{}", number);
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

}  // namespace

std::string format_time(core::wall_time at) {
  using namespace std::chrono;
  const auto moment = floor<milliseconds>(at);
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss time{moment - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::string format_access(log_format format, const middleware::access_record& record) {
  constexpr std::size_t likely = 320;
  std::string line;
  line.reserve(likely);
  const auto level = name_of(log_level::info);
  if (format == log_format::json) {
    fmt::format_to(std::back_inserter(line), R"({{"time":"{}","level":"{}","event":"request")",
                   format_time(record.at), level);
  } else {
    fmt::format_to(std::back_inserter(line), "{} {:5} request", format_time(record.at), level);
  }
  field_writer fields{line, format};
  fields.add("id", record.request_id);
  fields.add("peer", record.peer);
  fields.add("method", record.method);
  fields.add("path", record.path);
  if (!record.route.empty()) fields.add("route", record.route);
  fields.add("status", static_cast<std::int64_t>(record.status));
  if (!record.reason.empty()) fields.add("reason", record.reason);
  fields.add("us", static_cast<std::int64_t>(record.took.count()));
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
    return boost::json::serialize(line);
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
  writer_->write(format_access(settings_.format, record));
}

}  // namespace latchkey::app
