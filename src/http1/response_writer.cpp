#include <latchkey/http1/response_writer.hpp>

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace latchkey::http1 {
namespace {

constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool belongs_to_session(std::string_view name) {
  return name == "content-length" || name == "transfer-encoding" || name == "connection" ||
         name == "date";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// Empty for a status that Beast does not know (RFC 9112 section 4: a phrase may be).
std::string_view phrase_of(http::status code) {
  if (static_cast<unsigned>(code) == 103) return "Early Hints";
  const auto known = boost::beast::http::obsolete_reason(code);
  return known.starts_with('<') ? std::string_view{} : std::string_view{known.data(), known.size()};
}

void append_status_line(std::string& out, const http::response& answer) {
  const fmt::format_int digits{static_cast<unsigned>(answer.code())};
  out.append("HTTP/1.1 ").append(digits.data(), digits.size()).append(" ");
  out.append(phrase_of(answer.code())).append("\r\n");
}

void append_fields(std::string& out, const http::response& answer) {
  const auto& fields = answer.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!belongs_to_session(fields[i].name)) out.append(fields.line(i));
  }
}

}  // namespace

std::string_view date_text::at(core::wall_time now) {
  const auto second = std::chrono::system_clock::to_time_t(now);
  if (second == second_) return text_;
  second_ = second;
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  text_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                      days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                      months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                      parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text_;
}

bool has_no_body(http::status code) {
  const auto number = static_cast<unsigned>(code);
  return number < 200 || number == 204 || number == 304;
}

// Of 304 it is that of the answer to a GET without conditions (RFC 9110 section 8.6).
bool tells_length(http::status code) {
  return !has_no_body(code) || code == http::status::not_modified;
}

void append_head(std::string& out, const http::response& answer, const response_framing& framing,
                 std::string_view date) {
  append_status_line(out, answer);
  // One that is passed on keeps its own (RFC 9110 section 6.6.1).
  append_field(out, "date", answer.find("date").value_or(date));
  append_fields(out, answer);
  if (framing.chunked && !has_no_body(answer.code())) {
    append_field(out, "transfer-encoding", "chunked");
  } else if (framing.length && tells_length(answer.code())) {
    const fmt::format_int length{*framing.length};
    append_field(out, "content-length", {length.data(), length.size()});
  }
  if (framing.upgrade) {
    append_field(out, "connection", "upgrade");
  } else if (!framing.keep_alive) {
    append_field(out, "connection", "close");
  } else if (framing.old_client) {
    append_field(out, "connection", "keep-alive");
  }
  out.append("\r\n");
}

void append_interim(std::string& out, const http::response& interim) {
  append_status_line(out, interim);
  append_fields(out, interim);
  out.append("\r\n");
}

}  // namespace latchkey::http1
