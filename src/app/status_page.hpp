// Pieces of the status page that its parts share. Not for what they say.
#pragma once

#include <latchkey/app/status.hpp>
#include <latchkey/core/time.hpp>

#include <string>
#include <string_view>

namespace latchkey::app {

// A row of a table of facts; `value` is HTML.
std::string fact_row(std::string_view name, const std::string& value);

// "4.2 s", "3 min 5 s", "2 h 4 min", "12 d 3 h".
std::string span_text(core::steady_duration length);
// Of a request: "84 us", "1.2 ms", "3.40 s"; "-" for 0.
std::string latency_text(double seconds);
// "0", "0.4", "17", "1,234".
std::string rate_text(double per_second);
std::string count_text(std::uint64_t count);

// Of an issuer, an upstream and a certificate: what has to be said at the top, as list items.
std::string problem_items(const server_status& status);

std::string traffic_section(const traffic_report& traffic);
std::string refusals_section(const traffic_report& traffic);
std::string upstream_section(const upstream_status& one);
std::string issuer_section(const issuer_status& one);

}  // namespace latchkey::app
