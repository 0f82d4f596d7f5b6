// Text for people at a terminal: JSON indented, times as dates. What a stranger wrote cannot
// control the terminal. Not for logs.
#pragma once

#include <latchkey/core/time.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::programs {

// Two spaces a level, every character that could control a terminal escaped.
std::string pretty_json(const boost::json::value& value, std::size_t indent = 0);

// "2026-11-23 18:25:12 UTC"; the number itself outside the years 1970 to 9999.
std::string date_text(std::int64_t unix_seconds);

// "in 5 minutes", "3 days ago", "now": in the largest unit of which there is at least one.
std::string distance_text(std::int64_t unix_seconds, core::wall_time now);

// The text as it is, but for what could control a terminal, which is escaped: one line.
std::string printable(std::string_view text);

// The text of a stranger, quoted and cut to a line's length.
std::string shown(std::string_view text);

}  // namespace latchkey::programs
