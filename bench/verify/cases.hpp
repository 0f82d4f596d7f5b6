// The kinds of work that are compared: each verifies the tokens of a token_set in turn. Not for
// timing them.
#pragma once

#include "verify/measure.hpp"
#include "verify/token_set.hpp"

#include <latchkey/jose/rsa_kernels.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace latchkey::bench {

using token_set_ptr = std::shared_ptr<const token_set>;

// Each case begins with the token of index `first`: threads need not all take the same ones.

// Of the signature alone; see raw_openssl.
benchmark_case raw_openssl_case(const token_set_ptr& load, std::size_t first = 0);
// The whole check of one token, without a cache; by OpenSSL where `single` is null.
benchmark_case token_single_case(const token_set_ptr& load, const jose::rsa_single_kernel* single,
                                 std::size_t first = 0);
// Signatures of known digests, eight at a time, by the batch kernel, or one by one where there is
// none. Of RS256 only.
benchmark_case batch_kernel_case(const token_set_ptr& load, const jose::rsa_kernels& kernels,
                                 std::size_t first = 0);
// The whole check of eight tokens, whose signatures are checked together.
benchmark_case token_batch_case(const token_set_ptr& load, const jose::rsa_kernels& kernels,
                                std::size_t first = 0);
// What a token costs that is in the cache: the first `hot` of the tokens, put there before. Throws
// std::runtime_error where the cache does not keep them.
benchmark_case token_cached_case(const token_set_ptr& load, std::size_t hot, std::size_t first = 0);

}  // namespace latchkey::bench
