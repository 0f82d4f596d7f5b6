// One signature at a time, of every algorithm, over OpenSSL or, of RSA's common keys, by the kernel
// for single signatures. Not for several at once: that is rsa_batch. Not for deciding whether a key
// may serve an algorithm: that is the verifier's.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/digest.hpp>
#include <latchkey/jose/jwk.hpp>
#include <latchkey/jose/rsa_single.hpp>

#include <span>
#include <string_view>

namespace latchkey::jose {

// No error if `signature` is the key's over `signing_input` by that algorithm (RFC 7518 sections
// 3.3 to 3.5, RFC 8037 section 3.1). errc::key_alg_mismatch if the key is of another family;
// errc::bad_signature otherwise, also when it does not have exactly the length that the key's
// signatures have.
//
// Any thread may call it at any time: what OpenSSL has to prepare for a key is kept per thread, for
// the last few keys. Leaves OpenSSL's error queue as it was. Where `single` is not null, it
// computes what fits_single; the answer is the same.
core::error_code verify_signature(algorithm alg, const key& key, std::string_view signing_input,
                                  std::span<const unsigned char> signature,
                                  const rsa_single_kernel* single = nullptr);

// RS256, where the digest of the signing input is known already.
core::error_code verify_rs256_digest(const key& key, std::span<const unsigned char, 32> digest,
                                     std::span<const unsigned char> signature,
                                     const rsa_single_kernel* single = nullptr);

// Whether a signature of this algorithm and key can go through a kernel for single ones, where
// there is one: RS256, RS384 and RS512, keys of 2048 bits with the exponent 65537.
bool fits_single(algorithm alg, const key& key);

}  // namespace latchkey::jose
