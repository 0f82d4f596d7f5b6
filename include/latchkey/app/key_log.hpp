// The log lines about an issuer's keys: one for each change of state, none if nothing has changed.
// Pure. Not for writing them.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/jwks_stats.hpp>
#include <latchkey/auth/source_report.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

struct key_line {
  log_level level;
  std::string_view name;  // static
  boost::json::object fields;
};

// Nothing if the event is no change: the same keys, or the same failure as before. `last` is the
// report of the key source about a failure.
std::optional<key_line> key_line_of(std::string_view issuer, const auth::jwks_event& event,
                                    const auth::source_failure& last = {});

// Why there are no keys to use, in one line for people: what the last attempt to fetch them came
// to.
std::string why_no_keys(const auth::jwks_stats& stats, const auth::source_failure& last);

// Adds what was requested, found and expected, as far as it is known.
void add_failure(boost::json::object& to, const auth::source_failure& last);

// The skipped keys with their reasons, at most a hundred.
boost::json::array skipped_json(const std::vector<jose::key_set::skipped_key>& skipped);

// The keys that are used although their encoding deviates from RFC 7518, with the deviations; at
// most a hundred.
boost::json::array noted_json(const std::vector<jose::key_set::noted_key>& noted);

// The kids as a list, at most a hundred.
boost::json::array kids_json(const std::vector<std::string>& kids);

}  // namespace latchkey::app
