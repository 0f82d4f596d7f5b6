// What a rsa_batch_key holds. Not for anybody but rsa_batch and its tests.
#pragma once

#include "rsa_batch_fma.hpp"
#include "rsa_batch_ifma.hpp"

#include <latchkey/jose/rsa_batch.hpp>

#include <array>

namespace latchkey::jose {

struct rsa_batch_key::numbers {
  ifma::key_digits ifma;
  fma::key_digits fma;
  std::array<unsigned char, 256> modulus_bytes;  // big-endian
};

}  // namespace latchkey::jose
