#include "config_check_tokens.hpp"

#include "config_check_distinct.hpp"
#include "config_text.hpp"

#include <latchkey/http/request.hpp>
#include <latchkey/jose/issuer_template.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>

namespace latchkey::app {
namespace {

std::string at(std::string_view table, std::size_t index, std::string_view key) {
  return std::string{table} + '.' + std::to_string(index) + '.' + std::string{key};
}

// Claims that the rules for every token judge already, and not as strings.
bool is_judged_anyway(std::string_view claim) {
  return claim == "iss" || claim == "exp" || claim == "nbf" || claim == "iat";
}

void check_required_claims(const issuer_config& issuer, const std::string& table,
                           report& problems) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < issuer.required_claims.size(); ++i) {
    const auto& one = issuer.required_claims[i];
    check_distinct(one.values, at(table, i, "values"), problems);
    check_distinct(one.contains, at(table, i, "contains"), problems);
    if (!one.values.empty() && !one.contains.empty()) {
      problems.add_found(at(table, i, "contains"),
                         "found beside values; a claim is one of them, or an array with one of "
                         "them in it: expected one of the two keys");
    }
    for (std::size_t j = 0; j < one.names.size(); ++j) {
      const auto key = at(table, i, "names") + '.' + std::to_string(j);
      if (is_judged_anyway(one.names[j])) {
        problems.add_found(key, "found " + shown_string(one.names[j]) +
                                    ", which every token is judged by already");
      }
      const auto [first, fresh] = seen.emplace(one.names[j], i);
      // An array may have to hold one of these and one of those as well.
      const bool both_within = !fresh && !one.contains.empty() &&
                               !issuer.required_claims[first->second].contains.empty();
      if (!fresh && !both_within) {
        problems.add_found(key, "found " + shown_string(one.names[j]) + ", which is in " + table +
                                    '.' + std::to_string(first->second) + " already");
      }
    }
  }
}

// A list of many is looked through for each token.
constexpr std::size_t max_tenants = 1000;

void check_tenants(const issuer_config& issuer, const std::string& table, report& problems) {
  const auto placeholder = std::string{jose::tenant_placeholder};
  const bool has_placeholder = issuer.issuer.find(placeholder) != issuer.issuer.npos;
  const auto key = table + ".tenants";
  check_distinct(issuer.tenants, key, problems);
  if (issuer.tenants.size() > max_tenants) {
    problems.add_found(key, "found " + std::to_string(issuer.tenants.size()) +
                                " tenants; expected at most " + std::to_string(max_tenants));
  }
  if (issuer.issuer.empty() || problems.blames(key)) return;
  if (has_placeholder && !jose::is_issuer_template(issuer.issuer)) {
    problems.add_found(table + ".issuer", "found " + shown_string(issuer.issuer) + "; expected " +
                                              placeholder +
                                              " once, as a whole segment of the path of a URL");
  } else if (has_placeholder && issuer.tenants.empty()) {
    problems.add_found(key, "missing; an issuer with " + placeholder +
                                " stands for the tenants that are listed here by their ids");
  } else if (!has_placeholder && !issuer.tenants.empty()) {
    problems.add_found(
        key, "found beside an issuer without " + placeholder + ", which has no place for a tenant");
  }
}

void check_place(const auth::token_place& place, const std::string& table, report& problems) {
  // One that was refused was meant to be the place.
  if (problems.blames(table + ".header") || problems.blames(table + ".cookie")) return;
  if (place.header.empty() == place.cookie.empty()) {
    return problems.add_found(table, place.header.empty()
                                         ? "expected header or cookie, where tokens are"
                                         : "found header beside cookie; expected one of the two");
  }
  if (!place.cookie.empty() && !place.prefix.empty()) {
    problems.add_found(table + ".prefix",
                       "found beside cookie, whose whole value is the token; leave it out");
  }
  // Without one, what has another scheme or is another subprotocol would be taken for a token.
  const bool of_several = http::same_name(place.header, "authorization") ||
                          http::same_name(place.header, "sec-websocket-protocol");
  if (of_several && place.prefix.empty()) {
    problems.add_found(table + ".prefix", "missing; a field " + place.header +
                                              " says before the token that it is one");
  }
}

// Each is looked for in every request.
constexpr std::size_t max_places = 8;

void check_places(const issuer_config& issuer, const std::string& table, report& problems) {
  const auto& places = issuer.token_from;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto here = table + '.' + std::to_string(i);
    check_place(places[i], here, problems);
    if (std::find(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(i), places[i]) !=
        places.begin() + static_cast<std::ptrdiff_t>(i)) {
      problems.add_found(here, "is there a second time; once is enough");
    }
    if (i == max_places) {
      problems.add_found(here, "is one too many; expected at most " + std::to_string(max_places));
    }
  }
}

// A place that stands in the configuration, or the one that needs no mention.
struct named_place {
  const auth::token_place* place;
  std::string table;
};

}  // namespace

void check_places_together(const std::vector<issuer_config>& issuers, report& problems) {
  std::vector<named_place> before{{&auth::bearer_place(), "Authorization: Bearer"}};
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    const auto& places = issuers[i].token_from;
    for (std::size_t j = 0; j < places.size(); ++j) {
      const auto table = at("issuer", i, "token_from") + '.' + std::to_string(j);
      const auto clashes = [&](const named_place& other) {
        return *other.place != places[j] && auth::overlap(*other.place, places[j]);
      };
      const auto found = std::find_if(before.begin(), before.end(), clashes);
      const auto other = found == before.end() ? std::string{} : found->table;
      before.push_back({&places[j], table});
      const bool whole = places[j].header.empty() != places[j].cookie.empty();
      if (other.empty() || !whole || problems.blames(table) || problems.blames(table + ".prefix") ||
          problems.blames(table + ".header")) {
        continue;
      }
      problems.add_found(table, "overlaps " + other +
                                    ": a token there would be found twice, and refused; expected "
                                    "another field, a prefix that does not begin as that one's, or "
                                    "the very same words");
    }
  }
}

void check_tokens(const issuer_config& issuer, const std::string& table, report& problems) {
  check_tenants(issuer, table, problems);
  check_distinct(issuer.audiences, table + ".audiences", problems);
  check_distinct(issuer.scope_claims, table + ".scope_claims", problems);
  check_distinct(issuer.algorithms, table + ".algorithms", problems);
  check_required_claims(issuer, table + ".required_claim", problems);
  check_places(issuer, table + ".token_from", problems);
}

}  // namespace latchkey::app
