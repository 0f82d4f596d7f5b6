// A required claim, which distinguishes access tokens for us from other tokens of the issuer, such
// as ID tokens. Not for the claims that are checked in every token.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/json_view.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace latchkey::jose {

// What a claim is compared with. Types are not converted: the text "true" is not the boolean.
using claim_value = std::variant<std::string, bool, std::int64_t, double>;

struct required_claim {
  // Names or paths (claim_path). At least one of these is in the token, and each that is there is
  // as the two lists say; with both empty, a string that is not empty.
  std::vector<std::string> names;
  // The claim is one of these: a string byte by byte, a number by its value (1 is 1.0).
  std::vector<claim_value> values;
  // The claim is an array with one of these in it, or is one of them itself: some providers write
  // an array of one element as the element alone.
  std::vector<claim_value> contains = {};

  bool operator==(const required_claim&) const = default;
};

// errc::claim_missing where none of the names is there, claim_mismatch where one that is there is
// not as required.
core::error_code check_required(json_view claims, const required_claim& rule);

}  // namespace latchkey::jose
