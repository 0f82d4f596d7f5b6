#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/issuer_template.hpp>
#include <latchkey/jose/scope_claims.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace latchkey::jose {
namespace {

// Nothing where a token lacks the claim.
using found_claim = std::optional<json_view>;

// Seconds since 1970 with their fractions; wide enough for the year 9999, which wall_time is not.
using numeric_date = std::chrono::microseconds;

constexpr std::chrono::seconds last_date{253'402'300'799};  // 9999-12-31T23:59:59Z

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
  found_claim issuer;
  found_claim subject;
  found_claim audience;
  found_claim expiry;
  found_claim not_before;
  found_claim issued_at;
  found_claim confirmation;  // RFC 7800
  found_claim tenant;        // of Entra
  found_claim client;        // RFC 9068
  found_claim party;         // `azp` of OpenID Connect
  found_claim okta_client;
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
    if (name.size() != 3) {
      if (name == "client_id") found.client = member.value;
      continue;
    }
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
      case letters("cnf"):
        found.confirmation = member.value;
        break;
      case letters("tid"):
        found.tenant = member.value;
        break;
      case letters("azp"):
        found.party = member.value;
        break;
      case letters("cid"):
        found.okta_client = member.value;
        break;
      default:
        break;
    }
  }
  return found;
}

// The tenant is taken from the claims and compared with the one that the issuer names: neither
// alone says who the token is of.
core::error_code check_issuer(const registered_claims& found, const claim_rules& rules) {
  if (!found.issuer) return errc::issuer_missing;
  const auto name = found.issuer->text();
  if (!name) return errc::bad_issuer;
  if (!names_issuer(rules, *name)) return errc::issuer_mismatch;
  if (rules.tenants.empty()) return {};
  const auto tenant = found.tenant ? found.tenant->text() : std::nullopt;
  if (!tenant || tenant != tenant_of(rules.issuer, *name)) return errc::tenant_mismatch;
  return {};
}

core::error_code check_audience(found_claim claim, const claim_rules& rules) {
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

// The bits of the resources that `aud` names, whatever claim the issuer's audiences are in. A value
// that is no string names none.
std::uint64_t resources_named(found_claim claim, const claim_rules& rules) {
  std::uint64_t named = 0;
  if (!claim || rules.resources.empty()) return named;
  const auto add = [&](std::optional<std::string_view> name) {
    for (std::size_t i = 0; name && i < std::min(rules.resources.size(), max_resources); ++i) {
      const auto& names = rules.resources[i];
      if (std::find(names.begin(), names.end(), *name) != names.end())
        named |= std::uint64_t{1} << i;
    }
  };
  if (claim->is_array()) {
    for (const auto element : claim->elements()) add(element.text());
  } else {
    add(claim->text());
  }
  return named;
}

core::result<numeric_date> check_expiry(found_claim claim, numeric_date now, numeric_date skew) {
  if (!claim) return errc::exp_missing;
  const auto expiry = date_of(*claim);
  if (!expiry || *expiry == numeric_date::zero()) return errc::bad_exp;
  if (now >= *expiry + skew) return errc::expired;
  return *expiry;
}

core::error_code check_not_before(found_claim claim, numeric_date limit) {
  if (!claim) return {};
  const auto date = date_of(*claim);
  if (!date) return errc::bad_nbf;
  return *date > limit ? make_error_code(errc::not_yet_valid) : core::error_code{};
}

// When the token ends by its age; `expiry` where it may have any. Clocks differ, so that an `iat`
// ahead of ours says nothing, unless it could put off that end.
core::result<numeric_date> check_age(found_claim claim, numeric_date expiry, numeric_date now,
                                     const claim_rules& rules) {
  const bool ages = rules.max_token_age > std::chrono::seconds::zero();
  if (!claim && ages) return errc::iat_missing;
  const auto issued = claim ? date_of(*claim) : numeric_date::zero();
  if (!issued) return errc::bad_iat;
  if (!ages) return expiry;
  if (*issued > now + rules.clock_skew) return errc::issued_in_future;
  const auto end = *issued + rules.max_token_age;
  if (now >= end + rules.clock_skew) return errc::token_too_old;
  return std::min(expiry, end);
}

// The last second of the clock for what lies past it.
core::wall_time as_wall_time(numeric_date date) {
  constexpr auto last = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds::max());
  const auto within = std::min<numeric_date>(date, last);
  return core::wall_time{std::chrono::duration_cast<core::wall_time::duration>(within)};
}

// Of what is there, the first that is a string with something in it.
std::string client_of(const registered_claims& found) {
  for (const auto* one : {&found.client, &found.party, &found.okta_client}) {
    const auto text = *one ? (*one)->text() : std::nullopt;
    if (text && !text->empty()) return std::string{*text};
  }
  return {};
}

}  // namespace

bool names_issuer(const claim_rules& rules, std::string_view name) {
  if (rules.tenants.empty()) return name == rules.issuer;
  const auto tenant = tenant_of(rules.issuer, name);
  return tenant &&
         std::find(rules.tenants.begin(), rules.tenants.end(), *tenant) != rules.tenants.end();
}

core::result<core::principal> check_claims(const token& token, const claim_rules& rules,
                                           core::wall_time now) {
  const auto claims = token.claims();
  const auto found = registered_among(claims);
  const auto today = std::chrono::floor<numeric_date>(now.time_since_epoch());
  if (const auto error = check_issuer(found, rules)) return error;
  const auto audience =
      rules.audience_claim == "aud" ? found.audience : claims.find(rules.audience_claim);
  if (const auto error = check_audience(audience, rules)) return error;
  for (const auto& rule : rules.required_claims) {
    if (const auto error = check_required(claims, rule)) return error;
  }
  // Whatever it says, and whether we could read it: the issuer did not mean a bearer token.
  if (found.confirmation && rules.bound == bound_tokens::refuse) return errc::token_bound;
  const auto expiry = check_expiry(found.expiry, today, rules.clock_skew);
  if (!expiry) return expiry.error();
  if (const auto error = check_not_before(found.not_before, today + rules.clock_skew)) return error;
  const auto end = check_age(found.issued_at, *expiry, today, rules);
  if (!end) return end.error();
  const auto subject = found.subject ? found.subject->text() : std::optional{std::string_view{}};
  if (!subject) return errc::bad_subject;
  auto granted = scopes_of(claims, rules.scope_claims);
  // check_issuer has made sure that it is a string.
  const auto issuer = found.issuer->text().value_or("");
  return core::principal{std::string{issuer},
                         std::string{*subject},
                         std::move(granted.scopes),
                         as_wall_time(*end),
                         std::string{token.payload()},
                         client_of(found),
                         resources_named(found.audience, rules)};
}

}  // namespace latchkey::jose
