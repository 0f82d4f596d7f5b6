// OpenSSL's form of a public key, made and checked. Not for reading JWKs.
#pragma once

#include <latchkey/jose/evp.hpp>
#include <latchkey/jose/jwk.hpp>

namespace latchkey::jose {

// Null if the numbers do not make a sound key; see key::load. May leave something in OpenSSL's
// error queue.
evp_pkey make_native(const rsa_numbers& numbers, number_check check);
// Always checked: that costs as much as one signature.
evp_pkey make_native(const curve_point& point, number_check check);

}  // namespace latchkey::jose
