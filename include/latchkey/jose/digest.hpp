// SHA-2 digests of texts (FIPS 180-4), one call each. Not for streams.
#pragma once

#include <latchkey/jose/algorithm.hpp>

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace latchkey::jose {

using sha256_value = std::array<unsigned char, 32>;

// What is needed for it is prepared once per thread. Throws std::bad_alloc where there is no memory
// for that.
sha256_value sha256(std::string_view text);

// A digest of any kind.
class digest_value {
 public:
  std::span<const unsigned char> bytes() const { return {bytes_.data(), size_}; }

 private:
  friend digest_value digest(digest_kind kind, std::string_view text);

  std::array<unsigned char, 64> bytes_;
  std::size_t size_;
};

// `kind` is not none. As above otherwise.
digest_value digest(digest_kind kind, std::string_view text);

// OpenSSL's implementation, fetched once a process; looking one up by name takes a lock and some
// microseconds. `kind` is not none.
const EVP_MD* native_digest(digest_kind kind);

}  // namespace latchkey::jose
