#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

// Seconds since 1970 with their fractions; wide enough for the year 9999, which wall_time is not.
using numeric_date = std::chrono::microseconds;

constexpr std::chrono::seconds last_date{253'402'300'799};  // 9999-12-31T23:59:59Z
// More scopes than this are nobody's, and adding one takes time in proportion to those there are.
constexpr std::size_t most_scopes = 1024;

const json::value* find(const json::object& claims, std::string_view name) {
  return claims.if_contains({name.data(), name.size()});
}

std::optional<std::string_view> text_of(const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  return std::string_view{text->data(), text->size()};
}

// A NumericDate (RFC 7519 section 2) from 0 to last_date; nothing for any other value.
std::optional<numeric_date> date_of(const json::value& value) {
  if (const auto* whole = value.if_int64()) {
    if (*whole < 0 || *whole > last_date.count()) return std::nullopt;
    return std::chrono::seconds{*whole};
  }
  // An integer past the range of int64 is past last_date too.
  const auto* broken = value.if_double();
  if (broken == nullptr || !(*broken >= 0) || !(*broken <= double(last_date.count()))) {
    return std::nullopt;
  }
  return numeric_date{static_cast<std::int64_t>(std::floor(*broken * 1e6))};
}

core::error_code check_issuer(const json::object& claims, const std::string& expected) {
  const auto* claim = find(claims, "iss");
  if (claim == nullptr) return errc::issuer_missing;
  const auto text = text_of(*claim);
  if (!text) return errc::bad_issuer;
  return *text == expected ? core::error_code{} : make_error_code(errc::issuer_mismatch);
}

core::error_code check_audience(const json::object& claims, const claim_rules& rules) {
  const auto* claim = find(claims, rules.audience_claim);
  if (claim == nullptr) return errc::audience_missing;
  const auto ours = [&rules](std::string_view name) {
    return std::find(rules.audiences.begin(), rules.audiences.end(), name) != rules.audiences.end();
  };
  bool named = false;
  if (const auto text = text_of(*claim)) {
    named = ours(*text);
  } else if (const auto* list = claim->if_array()) {
    for (const auto& element : *list) {
      const auto name = text_of(element);
      if (!name) return errc::bad_audience;
      named = named || ours(*name);
    }
  } else {
    return errc::bad_audience;
  }
  return named ? core::error_code{} : make_error_code(errc::audience_mismatch);
}

core::result<numeric_date> check_expiry(const json::object& claims, numeric_date now,
                                        numeric_date skew) {
  const auto* claim = find(claims, "exp");
  if (claim == nullptr) return errc::exp_missing;
  const auto expiry = date_of(*claim);
  if (!expiry || *expiry == numeric_date::zero()) return errc::bad_exp;
  if (now >= *expiry + skew) return errc::expired;
  return *expiry;
}

// `nbf` or `iat`: may be absent, but is not later than now.
core::error_code check_past(const json::object& claims, std::string_view name, numeric_date limit,
                            errc malformed, errc later) {
  const auto* claim = find(claims, name);
  if (claim == nullptr) return {};
  const auto date = date_of(*claim);
  if (!date) return malformed;
  return *date > limit ? make_error_code(later) : core::error_code{};
}

// A scope with a space in it would be two wherever scopes are written in a row, and one with a
// control character could break out of a header or a line of a log.
bool is_scope(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F;
  });
}

core::error_code add_scope(core::scope_set& scopes, std::string_view scope) {
  if (!is_scope(scope) || scopes.items().size() == most_scopes) return errc::bad_scope;
  scopes.add(scope);
  return {};
}

core::error_code add_words(core::scope_set& scopes, std::string_view words) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (const auto error = add_scope(scopes, words.substr(0, end))) return error;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return {};
}

core::error_code add_claim(core::scope_set& scopes, const json::value& claim) {
  if (const auto words = text_of(claim)) return add_words(scopes, *words);
  const auto* list = claim.if_array();
  if (list == nullptr) return errc::bad_scope;
  for (const auto& element : *list) {
    const auto scope = text_of(element);
    if (!scope) return errc::bad_scope;
    if (const auto error = add_scope(scopes, *scope)) return error;
  }
  return {};
}

core::result<core::scope_set> scopes_of(const json::object& claims) {
  constexpr std::array<std::string_view, 3> names{"scope", "scp", "permissions"};
  core::scope_set scopes;
  for (const auto name : names) {
    const auto* claim = find(claims, name);
    if (claim == nullptr) continue;
    if (const auto error = add_claim(scopes, *claim)) return error;
  }
  return scopes;
}

// The last second of the clock for what lies past it.
core::wall_time as_wall_time(numeric_date date) {
  constexpr auto last = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds::max());
  const auto within = std::min<numeric_date>(date, last);
  return core::wall_time{std::chrono::duration_cast<core::wall_time::duration>(within)};
}

}  // namespace

core::result<core::principal> check_claims(const token& checked, const claim_rules& rules,
                                           core::wall_time now) {
  const auto& claims = checked.claims();
  const auto today = std::chrono::floor<numeric_date>(now.time_since_epoch());
  const numeric_date skew = rules.clock_skew;
  if (const auto error = check_issuer(claims, rules.issuer)) return error;
  if (const auto error = check_audience(claims, rules)) return error;
  const auto expiry = check_expiry(claims, today, skew);
  if (!expiry) return expiry.error();
  if (const auto error =
          check_past(claims, "nbf", today + skew, errc::bad_nbf, errc::not_yet_valid)) {
    return error;
  }
  if (const auto error =
          check_past(claims, "iat", today + skew, errc::bad_iat, errc::issued_in_future)) {
    return error;
  }
  std::string_view subject;
  if (const auto* claim = find(claims, "sub")) {
    const auto text = text_of(*claim);
    if (!text) return errc::bad_subject;
    subject = *text;
  }
  auto scopes = scopes_of(claims);
  if (!scopes) return scopes.error();
  return core::principal{rules.issuer, std::string{subject}, std::move(*scopes),
                         as_wall_time(*expiry), std::string{checked.payload()}};
}

}  // namespace latchkey::jose
