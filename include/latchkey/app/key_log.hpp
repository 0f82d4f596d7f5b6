// What the log says of an issuer's keys: one line for each change of state, none for what stays as
// it was. Pure. Not for writing the line.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/source_report.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace latchkey::app {

struct key_line {
  log_level level;
  std::string_view name;  // static
  boost::json::object fields;
};

// Nothing where the event is no news: keys as they were, a failure like the one before. `last` is
// what the source of the keys has to say of a failure.
std::optional<key_line> key_line_of(std::string_view issuer, const auth::jwks_event& event,
                                    const auth::source_failure& last = {});

// What was asked, found and expected, as far as that is known.
void add_failure(boost::json::object& to, const auth::source_failure& last);

// The keys left out with the reason for each, a hundred of them at most.
boost::json::array skipped_json(const std::vector<jose::key_set::skipped_key>& skipped);

// The keys that are used though their text is not as RFC 7518 has it, with what it is; a hundred of
// them at most.
boost::json::array noted_json(const std::vector<jose::key_set::noted_key>& noted);

// Such kids as a list, a hundred of them at most.
boost::json::array kids_json(const std::vector<std::string>& kids);

}  // namespace latchkey::app
