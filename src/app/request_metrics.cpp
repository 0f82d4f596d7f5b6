#include <latchkey/app/request_metrics.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace latchkey::app {
namespace {

using server::server_totals;
using enum metric_type;
using labels = metrics_text::labels;

constexpr double microseconds = 1e6;

// Calls write(route, figures, labels) for each route that has been asked for.
template <class Write>
void each_route(const request_totals& of, labels with, const Write& write) {
  for (const auto& [route, figures] : of.routes) {
    if (figures != route_totals{}) write(figures, with_label(with, {"route", route}));
  }
}

void write_requests(metrics_text& out, const request_totals& of, labels with) {
  each_route(of, with, [&out](const route_totals& route, labels own) {
    for (std::size_t i = 0; i < counted_methods.size(); ++i) {
      const auto method = with_label(own, {"method", counted_methods[i]});
      for (std::size_t j = 0; j < counted_statuses.size(); ++j) {
        const auto count = route.requests[i][j];
        if (count != 0) out.sample(count, with_label(method, {"status", counted_statuses[j]}));
      }
    }
  });
}

void write_durations(metrics_text& out, const request_totals& of, labels with) {
  std::array<double, duration_bounds.size()> bounds{};
  std::transform(duration_bounds.begin(), duration_bounds.end(), bounds.begin(),
                 [](std::uint32_t bound) { return bound / microseconds; });
  each_route(of, with, [&](const route_totals& route, labels own) {
    out.buckets(bounds, route.durations, static_cast<double>(route.took_us) / microseconds, own);
  });
}

template <auto Member>
void write_bytes(metrics_text& out, const request_totals& of, labels with) {
  each_route(of, with,
             [&out](const route_totals& route, labels own) { out.sample(route.*Member, own); });
}

void write_refusals(metrics_text& out, const request_totals& of, labels with) {
  for (const auto& [reason, count] : of.refusals) {
    out.sample(count, with_label(with, {"reason", reason}));
  }
}

void write_checks(metrics_text& out, const request_totals& of, labels with) {
  for (std::size_t i = 0; i < check_results.size(); ++i) {
    const auto result = with_label(with, {"result", check_results[i]});
    for (const auto& [reason, count] : of.checks[i]) {
      out.sample(count, with_label(result, {"reason", reason}));
    }
  }
}

constexpr auto request_rows = std::to_array<metric_row<request_totals>>({
    {"latchkey_requests_total", counter, "Requests that have ended, by what they came to.",
     write_requests,
     "requests that have ended. `route` is the pattern, or `none` where no route took it, as heads "
     "that were refused; `method` the name, or `other` for those that are not common; `status` the "
     "class, `2xx`, or `none` "
     "where nothing was answered",
     "`route`, `method`, `status`"},
    {"latchkey_request_duration_seconds", histogram,
     "From the end of the head to the end of the answer.", write_durations,
     "from the end of the request's head to the end of its answer; a tunnel or a stream counts for "
     "as long as it lasted. Of requests whose head was understood",
     "`route`"},
    {"latchkey_request_body_bytes_total", counter, "Bytes of bodies that were taken.",
     write_bytes<&route_totals::bytes_in>, "bytes of requests' bodies, as far as they were taken",
     "`route`"},
    {"latchkey_response_body_bytes_total", counter, "Bytes of bodies that were sent.",
     write_bytes<&route_totals::bytes_out>, "bytes of answers' bodies, as far as they were sent",
     "`route`"},
    {"latchkey_refusals_total", counter, "Requests that were refused, by reason.", write_refusals,
     "requests that were refused, by the `reason` that the [log](log.md) has, too", "`reason`"},
    {"latchkey_checks_total", counter, "Checks of other proxies, by what they were told.",
     write_checks,
     "checks of [other proxies](forward-auth.md): `result` is `allowed`, `refused` (4xx) or "
     "`failed` (5xx: the keys cannot be had, say), `reason` why, by the [log](log.md)'s reason, or "
     "`none`",
     "`result`, `reason`"},
});

void write_closed(metrics_text& out, const server_totals& of, labels with) {
  for (std::size_t i = 0; i < of.closed.size(); ++i) {
    const auto reason = server::to_string(static_cast<server::close_reason>(i));
    out.sample(of.closed[i], with_label(with, {"reason", reason}));
  }
}

void write_handshakes(metrics_text& out, const server_totals& of, labels with) {
  const auto write = [&](std::string_view result, std::string_view version,
                         std::string_view resumed, std::uint64_t count) {
    const std::array own{metric_label{"result", result}, metric_label{"version", version},
                         metric_label{"resumed", resumed}};
    std::vector<metric_label> all{with.begin(), with.end()};
    all.insert(all.end(), own.begin(), own.end());
    out.sample(count, all);
  };
  for (std::size_t i = 0; i < of.handshakes.size(); ++i) {
    const auto version = server::to_string(static_cast<server::tls_version>(i));
    const auto& [full, resumed] = of.handshakes[i];
    if (version == "other" && full + resumed == 0) continue;
    write("ok", version, "no", full);
    write("ok", version, "yes", resumed);
  }
  for (const auto& [reason, count] : of.failed_handshakes) write(reason, "none", "no", count);
}

constexpr auto connection_rows = std::to_array<metric_row<server_totals>>({
    {"latchkey_requests_in_flight", gauge, "Requests that are being answered.",
     sample_of<&server_totals::in_flight>, "requests that are being answered now"},
    {"latchkey_connections_open", gauge, "Connections of clients that are open.",
     sample_of<&server_totals::open>, "connections of clients that are open now"},
    {"latchkey_connections_accepted_total", counter, "Connections that were accepted.",
     sample_of<&server_totals::accepted>,
     "connections that were accepted, those among them that were closed at once"},
    {"latchkey_connections_closed_total", counter, "Connections that have ended, by what.",
     write_closed,
     "connections that have ended, by what: `client` (ended it, or is gone), `idle`, `answered` "
     "(with its last answer, as one side asked), `refused` (its head), `failed` (an answer could "
     "not be sent whole), `tunnel`, `handshake` (there was none), `too_many` (of one client, or no "
     "room), `replaced` (closed for another), `drain`, `fault`",
     "`reason`"},
    {"latchkey_tls_handshakes_total", counter, "Handshakes, by result.", write_handshakes,
     "handshakes: `result` is `ok` or why there was none, by the [log](log.md)'s reason; `version` "
     "of TLS, `1.2` or `1.3`, `none` where it failed; `resumed` is `yes` where the client came "
     "back "
     "with a ticket",
     "`result`, `version`, `resumed`"},
});

}  // namespace

void write_request_metrics(metrics_text& out, const request_totals& requests) {
  write_table<request_totals>(out, request_rows, requests);
}

void write_connection_metrics(metrics_text& out, const server_totals& connections) {
  write_table<server_totals>(out, connection_rows, connections);
}

std::vector<metric_info> request_metrics() {
  std::vector<metric_info> all;
  append_info<request_totals>(all, request_rows);
  append_info<server_totals>(all, connection_rows);
  return all;
}

}  // namespace latchkey::app
