// What a configuration of header_rules may say, and the names that follow from it.
#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <utility>

namespace latchkey::edge {
namespace {

[[noreturn]] void refuse(std::string_view name, const char* why) {
  throw std::invalid_argument{"header field \"" + std::string{name} + "\": " + why};
}

bool may_be_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_known_name &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return http::is_alphanumeric(c) || c == '-'; });
}

// Whether a claim may be written into a field that has that role.
bool may_be_ours(field_role role) {
  return role == field_role::passed || role == field_role::identity || role == field_role::told;
}

// What a request means, whoever sent it: never a claim's.
bool is_of_content(std::string_view name) {
  static constexpr std::string_view names[] = {
      "content-type", "content-encoding", "content-range", "range",
      "accept",       "accept-encoding",  "date",          "dpop",
      "origin"};
  return name.starts_with("sec-") ||
         std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void add_ours(std::string_view name, std::set<std::string>& folded, known_names& names) {
  if (!may_be_name(name)) refuse(name, "letters, digits and '-' are expected, at most 64 of them");
  const auto lower = core::to_lower(std::string{name});
  if (lower != name) refuse(name, "is to be written in lower case");
  if (!may_be_ours(names.find(name).role) || is_of_content(lower)) {
    refuse(name, "cannot be set from a claim");
  }
  if (!folded.insert(fold(name)).second) refuse(name, "is there twice");
}

void check_upgrade(std::string_view protocol) {
  const auto slash = std::min(protocol.find('/'), protocol.size());
  const auto name = protocol.substr(0, slash);
  const bool token = http::is_token(name) &&
                     (slash == protocol.size() || http::is_token(protocol.substr(slash + 1)));
  // Another reader of requests, behind the one that judged them.
  const bool refused = core::iequals(name, "h2c") || core::iequals(name, "h2") ||
                       core::iequals(name, "http") || core::iequals(name, "tls");
  if (!token || refused) {
    throw std::invalid_argument{"no protocol that a connection may be upgraded to: \"" +
                                std::string{protocol} + '"'};
  }
}

void check_places(const std::vector<auth::token_place>& places, known_names& names) {
  for (const auto& place : places) {
    if (place.header.empty()) continue;
    const auto role = names.find(place.header).role;
    if (role == field_role::authorization || role == field_role::cookie) continue;
    if (role != field_role::passed && role != field_role::token && role != field_role::identity &&
        role != field_role::told) {
      refuse(place.header, "cannot hold a token that is forwarded or removed");
    }
    names.set(place.header, field_role::token);
  }
}

}  // namespace

header_rules::header_rules(header_settings settings) : settings_{std::move(settings)} {
  for (const auto& name : settings_.let_through) {
    const auto role = names_.find(name).role;
    if (role != field_role::told && role != field_role::steering && role != field_role::identity) {
      refuse(name, "is none of those that are dropped unless they are let through");
    }
    names_.set(name, field_role::passed);
  }
  if (settings_.traced) {
    names_.set("traceparent", field_role::trace);
    names_.set("tracestate", field_role::trace);
  }
  check_places(settings_.places, names_);
  // Over what is let through: a field of ours is never the client's.
  std::set<std::string> folded;
  for (const auto& one : settings_.claims) {
    check(one);
    add_ours(one.name, folded, names_);
  }
  of_certificate_ = certificate_headers(settings_.claims);
  std::copy_if(settings_.claims.begin(), settings_.claims.end(), std::back_inserter(of_token_),
               [](const claim_header& one) { return !certificate_part_of(one.claim); });
  if (settings_.token == token_to_upstream::claims) {
    add_ours(settings_.claims_field, folded, names_);
    names_.set(settings_.claims_field, field_role::identity);
  }
  for (const auto& one : settings_.claims) names_.set(one.name, field_role::identity);
  for (const auto& name : settings_.identities) {
    if (!may_be_name(name) || !may_be_ours(names_.find(name).role)) {
      refuse(name, "cannot be an identity's");
    }
    names_.set(name, field_role::identity);
  }
  if (settings_.token != token_to_upstream::keep) names_.set("dpop", field_role::token);
  for (const auto& protocol : settings_.upgrades) check_upgrade(protocol);
  if (!settings_.via.empty() && !http::is_token(settings_.via)) {
    throw std::invalid_argument{"not a name for Via: \"" + settings_.via + '"'};
  }
  if (settings_.host == host_to_upstream::name && !is_host_value(settings_.host_name)) {
    throw std::invalid_argument{"not a value of Host: \"" + settings_.host_name + '"'};
  }
}

}  // namespace latchkey::edge
