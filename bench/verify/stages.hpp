// The kinds of work that are compared: each decides the tokens of a workload, in turn. Not for
// timing them.
#pragma once

#include "verify/measure.hpp"
#include "verify/workload.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace latchkey::bench {

using workload_ptr = std::shared_ptr<const workload>;

// Whether there is a kernel here for the signatures of these tokens.
bool has_batch(const workload& load);

// Each stage begins with the token of index `first`: threads need not all take the same ones.

// Of the signature alone; see raw_openssl.
stage raw_openssl_stage(const workload_ptr& load, std::size_t first = 0);
// The whole check of one token, without a cache.
stage token_single_stage(const workload_ptr& load, std::size_t first = 0);
// Signatures of known digests, eight a pass where there is a kernel for them and `batch` says so,
// one by one with OpenSSL where not. Of RS256 only.
stage batch_kernel_stage(const workload_ptr& load, bool batch, std::size_t first = 0);
// The whole check of eight tokens, whose signatures are checked together.
stage token_batch_stage(const workload_ptr& load, bool batch, std::size_t first = 0);
// What a token costs that is in the cache: the first `hot` of the tokens, put there before. Throws
// std::runtime_error where the cache does not keep them.
stage token_cached_stage(const workload_ptr& load, std::size_t hot, std::size_t first = 0);

}  // namespace latchkey::bench
