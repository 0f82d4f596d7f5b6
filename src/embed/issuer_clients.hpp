// The key client of each issuer. Not for verifying.
#pragma once

#include <latchkey/auth/trusted_issuers.hpp>
#include <latchkey/embed/issuer.hpp>

#include <vector>

namespace latchkey::embed {

// The clients live on `home`; `readers`, which may be null, are the threads that will ask most.
// Throws std::invalid_argument and std::runtime_error as the constructors of both programs say.
std::vector<auth::trusted_issuer> trust(const std::vector<issuer>& issuers,
                                        const core::clock& clock, const async::executor& home,
                                        const async::io_pool* readers);

// Begins to fetch, and ends it.
void prefetch(const auth::trusted_issuers& issuers);
void close(const auth::trusted_issuers& issuers);

}  // namespace latchkey::embed
