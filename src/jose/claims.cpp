#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace latchkey::jose {
namespace {

// Nothing where a token lacks the claim.
using claim_value = std::optional<json_view>;

// Seconds since 1970 with their fractions; wide enough for the year 9999, which wall_time is not.
using numeric_date = std::chrono::microseconds;

constexpr std::chrono::seconds last_date{253'402'300'799};  // 9999-12-31T23:59:59Z
// More scopes than this are nobody's, and adding one takes time in proportion to those there are,
// also one that is named again and again.
constexpr std::size_t most_scopes = 512;

// A NumericDate (RFC 7519 section 2) from 0 to last_date; nothing for any other value.
std::optional<numeric_date> date_of(json_view value) {
  if (const auto whole = value.integer()) {
    if (*whole < 0 || *whole > last_date.count()) return std::nullopt;
    return std::chrono::seconds{*whole};
  }
  // An integer past the range of int64 is past last_date too.
  const auto broken = value.real();
  if (!broken || !(*broken >= 0) || !(*broken <= double(last_date.count()))) {
    return std::nullopt;
  }
  return numeric_date{static_cast<std::int64_t>(std::floor(*broken * 1e6))};
}

// The claims that every token is judged by (RFC 7519 section 4.1).
struct registered_claims {
  claim_value issuer;
  claim_value subject;
  claim_value audience;
  claim_value expiry;
  claim_value not_before;
  claim_value issued_at;
};

// The three letters of such a name as one number.
constexpr std::uint32_t letters(std::string_view name) {
  const auto at = [name](std::size_t i) {
    return std::uint32_t{static_cast<unsigned char>(name[i])};
  };
  return at(0) << 16U | at(1) << 8U | at(2);
}

// In one pass, since looking each of them up takes several times as long.
registered_claims registered_among(json_view claims) {
  registered_claims found;
  for (const auto member : claims.members()) {
    const auto name = member.name;
    if (name.size() != 3) continue;
    switch (letters(name)) {
      case letters("iss"):
        found.issuer = member.value;
        break;
      case letters("sub"):
        found.subject = member.value;
        break;
      case letters("aud"):
        found.audience = member.value;
        break;
      case letters("exp"):
        found.expiry = member.value;
        break;
      case letters("nbf"):
        found.not_before = member.value;
        break;
      case letters("iat"):
        found.issued_at = member.value;
        break;
      default:
        break;
    }
  }
  return found;
}

core::error_code check_issuer(claim_value claim, const std::string& expected) {
  if (!claim) return errc::issuer_missing;
  const auto text = claim->text();
  if (!text) return errc::bad_issuer;
  return *text == expected ? core::error_code{} : make_error_code(errc::issuer_mismatch);
}

core::error_code check_audience(claim_value claim, const claim_rules& rules) {
  if (!claim) return errc::audience_missing;
  const auto ours = [&rules](std::string_view name) {
    return std::find(rules.audiences.begin(), rules.audiences.end(), name) != rules.audiences.end();
  };
  bool named = false;
  if (const auto text = claim->text()) {
    named = ours(*text);
  } else if (claim->is_array()) {
    for (const auto element : claim->elements()) {
      const auto name = element.text();
      if (!name) return errc::bad_audience;
      named = named || ours(*name);
    }
  } else {
    return errc::bad_audience;
  }
  return named ? core::error_code{} : make_error_code(errc::audience_mismatch);
}

bool is_as_required(json_view claim, const required_claim& rule) {
  const auto text = claim.text();
  if (!text || text->empty()) return false;
  return rule.values.empty() ||
         std::find(rule.values.begin(), rule.values.end(), *text) != rule.values.end();
}

core::error_code check_required(json_view claims, const required_claim& rule) {
  bool there = false;
  for (const auto& name : rule.names) {
    const auto claim = claims.find(name);
    if (!claim) continue;
    if (!is_as_required(*claim, rule)) return errc::claim_mismatch;
    there = true;
  }
  return there ? core::error_code{} : make_error_code(errc::claim_missing);
}

core::result<numeric_date> check_expiry(claim_value claim, numeric_date now, numeric_date skew) {
  if (!claim) return errc::exp_missing;
  const auto expiry = date_of(*claim);
  if (!expiry || *expiry == numeric_date::zero()) return errc::bad_exp;
  if (now >= *expiry + skew) return errc::expired;
  return *expiry;
}

// `nbf` or `iat`: may be absent, but is not later than now.
core::error_code check_past(claim_value claim, numeric_date limit, errc malformed, errc later) {
  if (!claim) return {};
  const auto date = date_of(*claim);
  if (!date) return malformed;
  return *date > limit ? make_error_code(later) : core::error_code{};
}

// A scope with a space in it would be two wherever scopes are written in a row, and one with a
// control character could break out of a header or a line of a log.
std::size_t scope_length(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F;
  });
  return static_cast<std::size_t>(end - text.begin());
}

struct named_scopes {
  core::scope_set scopes;
  std::size_t named = 0;  // with repetitions
};

core::error_code add_scope(named_scopes& all, std::string_view scope) {
  if (all.named == most_scopes) return errc::bad_scope;
  ++all.named;
  all.scopes.add(scope);
  return {};
}

core::error_code add_words(named_scopes& all, std::string_view words) {
  const auto spaces = std::count(words.begin(), words.end(), ' ');
  all.scopes.reserve(std::min(static_cast<std::size_t>(spaces) + 1, most_scopes));
  while (!words.empty()) {
    const auto length = scope_length(words);
    if (length < words.size() && words[length] != ' ') return errc::bad_scope;
    if (const auto error = add_scope(all, words.substr(0, length))) return error;
    words.remove_prefix(std::min(length + 1, words.size()));
  }
  return {};
}

core::error_code add_claim(named_scopes& all, json_view claim) {
  if (const auto words = claim.text()) return add_words(all, *words);
  if (!claim.is_array()) return errc::bad_scope;
  all.scopes.reserve(std::min(claim.size(), most_scopes));
  for (const auto element : claim.elements()) {
    const auto scope = element.text();
    if (!scope || scope_length(*scope) < scope->size()) return errc::bad_scope;
    if (const auto error = add_scope(all, *scope)) return error;
  }
  return {};
}

core::error_code add_claims(named_scopes& all, json_view claims,
                            const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto claim = claims.find(name);
    if (!claim) continue;
    if (const auto error = add_claim(all, *claim)) return error;
  }
  return {};
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
  const auto claims = checked.claims();
  const auto found = registered_among(claims);
  const auto today = std::chrono::floor<numeric_date>(now.time_since_epoch());
  const auto limit = today + rules.clock_skew;
  if (const auto error = check_issuer(found.issuer, rules.issuer)) return error;
  const auto audience =
      rules.audience_claim == "aud" ? found.audience : claims.find(rules.audience_claim);
  if (const auto error = check_audience(audience, rules)) return error;
  for (const auto& rule : rules.required_claims) {
    if (const auto error = check_required(claims, rule)) return error;
  }
  const auto expiry = check_expiry(found.expiry, today, rules.clock_skew);
  if (!expiry) return expiry.error();
  if (const auto error = check_past(found.not_before, limit, errc::bad_nbf, errc::not_yet_valid)) {
    return error;
  }
  if (const auto error =
          check_past(found.issued_at, limit, errc::bad_iat, errc::issued_in_future)) {
    return error;
  }
  const auto subject = found.subject ? found.subject->text() : std::optional{std::string_view{}};
  if (!subject) return errc::bad_subject;
  named_scopes all;
  if (const auto error = add_claims(all, claims, rules.scope_claims)) return error;
  return core::principal{rules.issuer, std::string{*subject}, std::move(all.scopes),
                         as_wall_time(*expiry), std::string{checked.payload()}};
}

}  // namespace latchkey::jose
