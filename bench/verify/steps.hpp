// Measures the steps of verifying a token separately, each through its public function. The figures
// do not add up to a whole verification, where each step finds what the one before left in the
// processor's caches.
#pragma once

#include "verify/cases.hpp"
#include "verify/measure.hpp"

#include <vector>

namespace latchkey::bench {

// In the order of the check, of RS256:
// - split: looking for the two dots;
// - base64url: core::base64url_decode of all three parts, into memory that is there;
// - json: jose::parse_json of header and claims, into memory that is there;
// - parse_token: jose::parse_token, that is the three above and what they are put into;
// - header_and_key: jose::check_header and the key by its kid;
// - digest: jose::sha256 of what was signed;
// - signature: jose::verify_rs256_digest, by OpenSSL where `single` is null;
// - claims: jose::check_claims.
std::vector<benchmark_case> step_cases(const token_set_ptr& load,
                                       const jose::rsa_single_kernel* single);

}  // namespace latchkey::bench
