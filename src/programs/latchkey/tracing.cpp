#include "tracing.hpp"

#include <latchkey/auth/cache_control.hpp>
#include <latchkey/client/errc.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http/url.hpp>

#include <exception>
#include <random>
#include <string>
#include <utility>

namespace latchkey::programs {
namespace {

// Of what the collector answers.
constexpr std::size_t max_answer_bytes = std::size_t{64} * 1024;

client::https_client client_for(const app::trace_config& trace, const verification_parts& with) {
  client::https_client_settings settings;
  settings.ca_file = trace.ca_file;
  settings.trusted = with.authorities;
  settings.max_bytes = max_answer_bytes;
  settings.allow_http = trace.allow_http;
  const auto where = http::parse_url(trace.endpoint);
  settings.http_only = where && !where->secure;
  if (!settings.http_only) settings.proxy = with.proxy;
  for (const auto& header : trace.headers) {
    settings.headers.push_back(
        {header.name, header.value, header.value_file, header.value_prefix, {}});
  }
  return client::https_client{std::move(settings)};
}

// What it throws is a fault of this machine, such as no memory: the same as no answer.
async::task<core::result<http::fetched>> fetch(client::https_client by, http::fetch_request wanted,
                                               core::deadline until) {
  try {
    co_return co_await by.get(std::move(wanted), until);
  } catch (const std::exception&) {
    co_return boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
  }
}

async::task<trace::export_answer> post_to(client::https_client by, std::string url,
                                          std::shared_ptr<const std::string> body,
                                          core::deadline until) {
  http::fetch_request wanted;
  wanted.url = std::move(url);
  wanted.content = std::move(body);
  const auto got = co_await fetch(std::move(by), std::move(wanted), until);
  trace::export_answer answer;
  if (got.has_error()) {
    answer.error = got.error();
    answer.timed_out = got.error() == boost::system::errc::timed_out;
    answer.unreadable = got.error() == client::errc::answer_too_large ||
                        got.error() == client::errc::unexpected_encoding;
    co_return answer;
  }
  answer.status = got->status;
  answer.body = got->body;
  answer.retry_after = auth::parse_retry_after(got->retry_after);
  co_return answer;
}

void log_export(const app::log& events, const trace::export_event& told) {
  const auto fault = trace::to_string(told.fault);
  const boost::json::string_view state{fault.data(), fault.size()};
  if (told.fault == trace::export_fault::none) {
    events.event(app::log_level::info, "trace_export", {{"state", "ok"}});
    return;
  }
  boost::json::object fields{{"state", "failing"}, {"reason", state}};
  if (told.status != 0) fields["status"] = told.status;
  if (!told.error.empty()) fields["error"] = told.error;
  events.event(app::log_level::warn, "trace_export", fields);
}

}  // namespace

std::shared_ptr<const trace::export_settings> make_exporting(const app::trace_config& trace,
                                                             const verification_parts& with) {
  if (!trace.enabled || trace.endpoint.empty()) return nullptr;
  auto made = std::make_shared<trace::export_settings>();
  made->of = {trace.service_name, LATCHKEY_VERSION};
  made->batch = trace.batch;
  made->interval = trace.interval;
  made->timeout = trace.timeout;
  made->post = [by = client_for(trace, with), url = trace.endpoint](
                   std::shared_ptr<const std::string> body, core::deadline until) {
    return post_to(by, url, std::move(body), until);
  };
  return made;
}

std::unique_ptr<trace::exporter> make_exporter(const async::executor& home,
                                               const core::clock& clock,
                                               std::shared_ptr<trace::span_store> from,
                                               std::shared_ptr<const app::log> events) {
  const auto chance = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
  };
  return std::make_unique<trace::exporter>(
      home, clock, std::move(from),
      [events = std::move(events)](const trace::export_event& told) { log_export(*events, told); },
      chance);
}

}  // namespace latchkey::programs
