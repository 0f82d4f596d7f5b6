#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/rsa_verify.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>

namespace latchkey::jose {
namespace {

constexpr std::string_view implemented = "RS256";

}  // namespace

core::error_code check_header(const token& checked, std::span<const std::string> algorithms) {
  const auto algorithm = checked.algorithm();
  if (algorithm != implemented ||
      std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end()) {
    return errc::alg_not_allowed;
  }
  const auto kid = checked.kid();
  return !kid || kid->empty() ? make_error_code(errc::kid_missing) : core::error_code{};
}

core::error_code check_signature(const token& checked, const key& by) {
  const auto algorithm = checked.algorithm();
  // The first test cannot fail after check_header; it stands so that this function is right alone.
  if (algorithm != implemented) return errc::alg_not_allowed;
  if (!by.algorithm().empty() && by.algorithm() != algorithm) return errc::key_alg_mismatch;
  return verify_rs256(by, checked.signing_input(), checked.signature());
}

core::result<core::principal> verify(std::string_view token_text, const key_set& keys,
                                     const claim_rules& rules,
                                     std::span<const std::string> algorithms, core::wall_time now,
                                     const token_limits& limits) {
  const auto parsed = parse_token(token_text, limits);
  if (!parsed) return parsed.error();
  if (const auto error = check_header(*parsed, algorithms)) return error;
  // check_header has made sure that there is a kid; no key has an empty one.
  const auto by = keys.find(parsed->kid().value_or(""));
  if (!by) return errc::unknown_key;
  if (const auto error = check_signature(*parsed, *by)) return error;
  return check_claims(*parsed, rules, now);
}

}  // namespace latchkey::jose
