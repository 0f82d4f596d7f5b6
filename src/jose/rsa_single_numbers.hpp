// What a rsa_single_key holds. Not for anybody but rsa_single and its tests.
#pragma once

#include "rsa_single_adx.hpp"
#include "rsa_single_ifma.hpp"

#include <latchkey/jose/rsa_single.hpp>

#include <array>

namespace latchkey::jose {

struct rsa_single_key::numbers {
  ifma::spread_key ifma;
  adx::key_limbs adx;
  std::array<unsigned char, 256> modulus_bytes;  // big-endian
};

}  // namespace latchkey::jose
