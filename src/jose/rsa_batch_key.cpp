#include "bignum.hpp"
#include "error_mark.hpp"
#include "rsa_batch_numbers.hpp"
#include "rsa_batch_prepare.hpp"
#include "rsa_usual_key.hpp"

#include <algorithm>
#include <utility>

namespace latchkey::jose {

rsa_batch_key::rsa_batch_key(std::unique_ptr<numbers> made) : numbers_{std::move(made)} {}
rsa_batch_key::~rsa_batch_key() = default;

std::unique_ptr<const rsa_batch_key> rsa_batch_key::prepare(std::span<const unsigned char> modulus,
                                                            std::uint64_t exponent) {
  if (!is_usual_key(modulus, exponent)) return nullptr;
  auto made = std::make_unique<numbers>();
  const error_mark mark;
  std::copy(modulus.begin(), modulus.end(), made->modulus_bytes.begin());
  const auto n = new_bignum();
  require_memory(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), n.get()) != nullptr);
  if (!jose::prepare(made->ifma, n.get())) return nullptr;
  jose::prepare(made->fma, n.get());
  return std::unique_ptr<const rsa_batch_key>{new rsa_batch_key{std::move(made)}};
}

std::span<const unsigned char> rsa_batch_key::modulus() const {
  return numbers_->modulus_bytes;
}

}  // namespace latchkey::jose
