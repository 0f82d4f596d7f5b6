#include "bignum.hpp"
#include "error_mark.hpp"
#include "rsa_batch_ifma_digits.hpp"
#include "rsa_single_numbers.hpp"
#include "rsa_usual_key.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace latchkey::jose {
namespace {

void write(ifma::spread_number& out, const BIGNUM* number) {
  const auto digits = digits_of(number);
  for (int i = 0; i < ifma::digits; ++i) out.digit(i) = digits[static_cast<std::size_t>(i)];
}

// R^65537 modulo n, where R is 2^r_bits.
bignum factor_of(const BIGNUM* n, int r_bits) {
  const bignum_context context{BN_CTX_new()};
  const auto exponent = new_bignum();
  auto factor = new_bignum();
  auto* const r = factor.get();
  require_memory(context != nullptr && BN_set_word(exponent.get(), 65537) == 1 &&
                 BN_set_bit(r, r_bits) == 1 && BN_nnmod(r, r, n, context.get()) == 1 &&
                 BN_mod_exp(r, r, exponent.get(), n, context.get()) == 1);
  return factor;
}

void prepare(ifma::spread_key& out, const BIGNUM* n) {
  write(out.modulus, n);
  out.inverse = negative_inverse(out.modulus.digit(0));
  const auto friendly = new_bignum();
  auto* const number = friendly.get();
  require_memory(BN_copy(number, n) != nullptr && BN_mul_word(number, out.inverse) == 1 &&
                 BN_add_word(number, 1) == 1 && BN_rshift(number, number, ifma::digit_bits) == 1);
  write(out.friendly, number);
  write(out.factor, factor_of(n, ifma::digits * ifma::digit_bits).get());
}

// The lowest first, as many as there are; the number has no more.
void write(std::span<std::uint64_t> limbs, const BIGNUM* number) {
  constexpr std::size_t limb_bytes = sizeof(std::uint64_t);
  std::array<unsigned char, adx::limbs * limb_bytes> bytes;
  const auto size = limbs.size() * limb_bytes;
  require_memory(BN_bn2lebinpad(number, bytes.data(), static_cast<int>(size)) >= 0);
  for (std::size_t i = 0; i < size; ++i) {
    auto& limb = limbs[i / limb_bytes];
    if (i % limb_bytes == 0) limb = 0;
    limb |= std::uint64_t{bytes[i]} << 8 * (i % limb_bytes);
  }
}

void prepare(adx::key_limbs& out, const BIGNUM* n) {
  constexpr int limb_bits = 64;
  constexpr int block_bits = adx::block_limbs * limb_bits;
  const bignum_context context{BN_CTX_new()};
  const auto block = new_bignum();
  const auto inverse = new_bignum();
  const auto friendly = new_bignum();
  auto* const number = friendly.get();
  require_memory(context != nullptr && BN_set_bit(block.get(), block_bits) == 1 &&
                 BN_mod_inverse(inverse.get(), n, block.get(), context.get()) != nullptr &&
                 BN_sub(inverse.get(), block.get(), inverse.get()) == 1 &&
                 BN_mul(number, n, inverse.get(), context.get()) == 1 &&
                 BN_add_word(number, 1) == 1 && BN_rshift(number, number, block_bits) == 1);
  write(out.modulus, n);
  write(out.friendly, number);
  write(out.inverse, inverse.get());
  write(out.factor, factor_of(n, adx::limbs * limb_bits).get());
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
  jose::prepare(made->adx, n.get());
  return std::unique_ptr<const rsa_single_key>{new rsa_single_key{std::move(made)}};
}

std::span<const unsigned char, 256> rsa_single_key::modulus() const {
  return numbers_->modulus_bytes;
}

}  // namespace latchkey::jose
