// RS256, that is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3), one signature at a time.
// Not for other algorithms: each has a function of its own, so that a key never serves another one.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/jwk.hpp>

#include <span>
#include <string_view>

namespace latchkey::jose {

// No error if `signature` is the key's over `signing_input`; errc::bad_signature otherwise, also
// when it is not exactly as long as the modulus. Any thread may call it at any time: what OpenSSL
// has to prepare for a key is kept per thread, for the last few keys. Leaves nothing in OpenSSL's
// error queue.
core::error_code verify_rs256(const key& by, std::string_view signing_input,
                              std::span<const unsigned char> signature);

}  // namespace latchkey::jose
