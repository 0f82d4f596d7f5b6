#include <latchkey/jose/rsa_batch.hpp>

namespace latchkey::jose {

struct rsa_batch_key::numbers {};

rsa_batch_key::rsa_batch_key(std::unique_ptr<numbers> made) : numbers_{std::move(made)} {}
rsa_batch_key::~rsa_batch_key() = default;

std::unique_ptr<const rsa_batch_key> rsa_batch_key::prepare(std::span<const unsigned char>,
                                                            std::uint64_t) {
  return nullptr;
}

bool rsa_batch_available() {
  return false;
}

void rsa_batch_verify(std::span<rsa_batch_item>) {}

}  // namespace latchkey::jose
