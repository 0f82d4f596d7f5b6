// Computes what each batch kernel needs of one modulus. Not for the kernels' own arithmetic, and
// works on every processor.
#pragma once

#include "rsa_batch_fma.hpp"
#include "rsa_batch_ifma.hpp"

#include <openssl/bn.h>

namespace latchkey::jose {

// `n` is odd and has 2048 bits. Throw std::bad_alloc.

// False if the digits of the modulus are too regular for this kernel.
bool prepare(ifma::key_digits& out, const BIGNUM* n);
void prepare(fma::key_digits& out, const BIGNUM* n);

}  // namespace latchkey::jose
