#include <latchkey/app/request_metrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace latchkey::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page_of(const request_totals& requests, const server::server_totals& connections) {
  metrics_text page;
  write_request_metrics(page, requests);
  write_connection_metrics(page, connections);
  return page.text();
}

TEST(RequestMetrics, are_written_by_route) {
  request_totals all;
  auto& notes = all.routes["/notes/{id}"];
  notes.requests[0][2] = 7;
  notes.requests[2][4] = 1;
  notes.durations[0] = 5;
  notes.durations[2] = 3;
  notes.took_us = 1'500'000;
  notes.bytes_in = 10;
  notes.bytes_out = 20;
  all.routes["/never"] = {};
  all.refusals = {{"token_expired", 3}};
  const auto text = page_of(all, {});
  const std::string route = "{route=\"/notes/{id}\"";
  for (const auto& line : {
           "latchkey_requests_total" + route + ",method=\"GET\",status=\"2xx\"} 7\n",
           "latchkey_requests_total" + route + ",method=\"POST\",status=\"4xx\"} 1\n",
           "latchkey_request_duration_seconds_bucket" + route + ",le=\"5e-05\"} 5\n",
           "latchkey_request_duration_seconds_bucket" + route + ",le=\"0.00025\"} 8\n",
           "latchkey_request_duration_seconds_bucket" + route + ",le=\"30\"} 8\n",
           "latchkey_request_duration_seconds_sum" + route + "} 1.5\n",
           "latchkey_request_duration_seconds_count" + route + "} 8\n",
           "latchkey_request_body_bytes_total" + route + "} 10\n",
           "latchkey_response_body_bytes_total" + route + "} 20\n",
           std::string{"latchkey_refusals_total{reason=\"token_expired\"} 3\n"},
       }) {
    EXPECT_THAT(text, HasSubstr("\n" + line));
  }
  EXPECT_THAT(text, Not(HasSubstr("/never"))) << "nobody has asked for it";
  EXPECT_THAT(text, Not(HasSubstr("method=\"PUT\"")));
}

TEST(ConnectionMetrics, are_written_by_reason_and_version) {
  server::server_totals all;
  all.open = 2;
  all.accepted = 9;
  all.in_flight = 1;
  all.closed[static_cast<std::size_t>(server::close_reason::idle)] = 4;
  all.handshakes[1] = {5, 6};
  all.failed_handshakes = {{"not_tls", 3}};
  const auto text = page_of({}, all);
  for (const std::string line : {
           "latchkey_connections_open 2\n",
           "latchkey_connections_accepted_total 9\n",
           "latchkey_requests_in_flight 1\n",
           "latchkey_connections_closed_total{reason=\"idle\"} 4\n",
           "latchkey_connections_closed_total{reason=\"fault\"} 0\n",
           "latchkey_tls_handshakes_total{result=\"ok\",version=\"1.3\",resumed=\"no\"} 5\n",
           "latchkey_tls_handshakes_total{result=\"ok\",version=\"1.3\",resumed=\"yes\"} 6\n",
           "latchkey_tls_handshakes_total{result=\"ok\",version=\"1.2\",resumed=\"no\"} 0\n",
           "latchkey_tls_handshakes_total{result=\"not_tls\",version=\"none\",resumed=\"no\"} 3\n",
       }) {
    EXPECT_THAT(text, HasSubstr("\n" + line));
  }
}

}  // namespace
}  // namespace latchkey::app
