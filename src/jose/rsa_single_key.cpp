#include "bignum.hpp"
#include "error_mark.hpp"
#include "rsa_batch_ifma_digits.hpp"
#include "rsa_single_numbers.hpp"
#include "rsa_usual_key.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace latchkey::jose {
namespace {

void write(ifma::spread_number& out, const BIGNUM* number) {
  const auto digits = digits_of(number);
  for (int i = 0; i < ifma::digits; ++i) out.digit(i) = digits[static_cast<std::size_t>(i)];
}

// R^65537 modulo n.
void write_factor(ifma::spread_number& out, const BIGNUM* n) {
  const bignum_context context{BN_CTX_new()};
  const auto exponent = new_bignum();
  const auto factor = new_bignum();
  auto* const r = factor.get();
  require_memory(context != nullptr && BN_set_word(exponent.get(), 65537) == 1 &&
                 BN_set_bit(r, ifma::digits * ifma::digit_bits) == 1 &&
                 BN_nnmod(r, r, n, context.get()) == 1 &&
                 BN_mod_exp(r, r, exponent.get(), n, context.get()) == 1);
  write(out, r);
}

void prepare(ifma::spread_key& out, const BIGNUM* n) {
  write(out.modulus, n);
  out.inverse = negative_inverse(out.modulus.digit(0));
  const auto friendly = new_bignum();
  auto* const number = friendly.get();
  require_memory(BN_copy(number, n) != nullptr && BN_mul_word(number, out.inverse) == 1 &&
                 BN_add_word(number, 1) == 1 && BN_rshift(number, number, ifma::digit_bits) == 1);
  write(out.friendly, number);
  write_factor(out.factor, n);
}

}  // namespace

rsa_single_key::rsa_single_key(std::unique_ptr<numbers> made) : numbers_{std::move(made)} {}
rsa_single_key::~rsa_single_key() = default;

std::unique_ptr<const rsa_single_key> rsa_single_key::prepare(
    std::span<const unsigned char> modulus, std::uint64_t exponent) {
  if (!is_usual_key(modulus, exponent)) return nullptr;
  auto made = std::make_unique<numbers>();
  const error_mark mark;
  std::copy(modulus.begin(), modulus.end(), made->modulus_bytes.begin());
  const bignum n{BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr)};
  require_memory(n != nullptr);
  jose::prepare(made->ifma, n.get());
  return std::unique_ptr<const rsa_single_key>{new rsa_single_key{std::move(made)}};
}

std::span<const unsigned char, 256> rsa_single_key::modulus() const {
  return numbers_->modulus_bytes;
}

}  // namespace latchkey::jose
