#include "request_line.hpp"

#include <latchkey/app/log.hpp>

namespace latchkey::app {
namespace {

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

}  // namespace

void append_request(line_buffer& out, log_format format, const http::exchange& ended) {
  if (format == log_format::json) {
    append(out, R"({"time":")");
    append_time(out, ended.at);
    append(out, R"(","level":"info","event":"request")");
  } else {
    append_time(out, ended.at);
    append(out, " info  request");
  }
  field_writer fields{out, format};
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
  if (ended.checked != nullptr) {
    add("checked_method", ended.checked->method);
    add("checked_path", ended.checked->path);
    add("checked_route", ended.checked->route);
  }
  fields.add("status", static_cast<std::int64_t>(ended.status));
  add("reason", ended.reason);
  add("fault", ended.fault);
  if (ended.error) fields.add("error", ended.error.message());
  if (ended.bytes_in != 0) fields.add("in", static_cast<std::int64_t>(ended.bytes_in));
  fields.add("out", static_cast<std::int64_t>(ended.bytes_out));
  fields.add("us", static_cast<std::int64_t>(ended.took.count()));
  if (ended.forwarded != nullptr) add_forwarding(fields, *ended.forwarded);
  if (format == log_format::json) out.push_back('}');
}

std::string format_request(log_format format, const http::exchange& ended) {
  line_buffer line;
  append_request(line, format, ended);
  return fmt::to_string(line);
}

}  // namespace latchkey::app
