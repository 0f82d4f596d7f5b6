#include "bignum.hpp"
#include "pkcs1_block.hpp"
#include "rsa_batch_prepare.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace latchkey::jose {
namespace {

using at = fma::key_digits;

constexpr std::int64_t fma_digit_size = std::int64_t{1} << fma::digit_bits;
constexpr std::int64_t fma_digit_half = fma_digit_size / 2;

// Balanced digits of a number that may be negative, below 2^2111.
void write_balanced(double* out, const BIGNUM* number) {
  constexpr std::size_t digit_bytes = fma::digit_bits / 8;
  std::array<unsigned char, fma::digits * digit_bytes> bytes;
  require_memory(BN_bn2lebinpad(number, bytes.data(), static_cast<int>(bytes.size())) >= 0);
  const double sign = BN_is_negative(number) != 0 ? -1 : 1;
  std::int64_t carry = 0;
  for (std::size_t i = 0; i < fma::digits; ++i) {
    std::int64_t digit = 0;
    for (auto k = digit_bytes; k-- > 0;) digit = digit << 8 | bytes[i * digit_bytes + k];
    digit += carry;
    carry = digit >= fma_digit_half ? 1 : 0;
    out[i] = sign * static_cast<double>(digit - carry * fma_digit_size);
  }
}

// The difference of two quarters as the kernel makes them: see difference() there.
void write_apart(double* out, const double* a, const double* b) {
  std::int64_t carry = 0;
  for (int i = 0; i < fma::quarter; ++i) {
    const auto digit = static_cast<std::int64_t>(a[i] - b[i]);
    const std::int64_t past = i + 1 == fma::quarter     ? 0
                              : digit > fma_digit_half  ? 1
                              : digit < -fma_digit_half ? -1
                                                        : 0;
    out[i] = static_cast<double>(digit - past * fma_digit_size + carry);
    carry = past;
  }
}

// -1 / n modulo 2^48, from -2^47 to 2^47 - 1.
std::int64_t balanced_negative_inverse(const BIGNUM* n) {
  std::array<unsigned char, 256> bytes;
  require_memory(BN_bn2lebinpad(n, bytes.data(), static_cast<int>(bytes.size())) >= 0);
  std::uint64_t low = 0;
  for (std::size_t i = sizeof low; i-- > 0;) low = low << 8 | bytes[i];
  // Each step doubles the bits that are right, of which an odd number begins with three.
  std::uint64_t inverse = low;
  for (int i = 0; i < 5; ++i) inverse *= 2 - low * inverse;
  const auto scale = static_cast<std::int64_t>((0 - inverse) % std::uint64_t{fma_digit_size});
  return scale >= fma_digit_half ? scale - fma_digit_size : scale;
}

// The number nearest to 0 that is the same modulo n; `number` is from 0 to n - 1.
void bring_near_zero(BIGNUM* number, const BIGNUM* n) {
  const auto twice = new_bignum();
  require_memory(BN_lshift1(twice.get(), number) == 1);
  if (BN_cmp(twice.get(), n) > 0) require_memory(BN_sub(number, number, n) == 1);
}

void write_fold_digits(at& out, const BIGNUM* n, BN_CTX* context) {
  const auto fold = new_bignum();
  require_memory(BN_set_bit(fold.get(), fma::fold_at * fma::digit_bits) == 1 &&
                 BN_nnmod(fold.get(), fold.get(), n, context) == 1);
  bring_near_zero(fold.get(), n);
  double* const digits = out.at + at::fold;
  write_balanced(digits, fold.get());
  double* const apart = out.at + at::fold_apart;
  write_apart(apart, digits, digits + fma::quarter);
  write_apart(apart + fma::quarter, digits + fma::half, digits + fma::half + fma::quarter);
}

void write_multiple(at& out, const BIGNUM* n) {
  const auto scale = balanced_negative_inverse(n);
  out.at[at::scale] = static_cast<double>(scale);
  const bignum multiple{BN_dup(n)};
  auto* const number = multiple.get();
  const auto magnitude = static_cast<BN_ULONG>(scale < 0 ? -scale : scale);
  require_memory(number != nullptr && BN_mul_word(number, magnitude) == 1);
  BN_set_negative(number, scale < 0 ? 1 : 0);
  // Nothing is lost: it is a multiple of 2^48.
  require_memory(BN_add_word(number, 1) == 1 && BN_rshift(number, number, fma::digit_bits) == 1);
  double* const digits = out.at + at::multiple;
  write_balanced(digits, number);
  write_apart(out.at + at::multiple_apart, digits + fma::half, digits + fma::half + fma::quarter);
}

void write_block_digits(at& out, const BIGNUM* n, BN_CTX* context) {
  // R^-65535 = (1/2)^(1056 * 65535), and 1/2 is (n + 1) / 2.
  const auto power = new_bignum();
  const bignum factor{BN_dup(n)};
  auto* const g = factor.get();
  constexpr BN_ULONG halvings = fma::half * fma::digit_bits * 65535;
  require_memory(g != nullptr && BN_add_word(g, 1) == 1 && BN_rshift1(g, g) == 1 &&
                 BN_set_word(power.get(), halvings) == 1 &&
                 BN_mod_exp(g, g, power.get(), n, context) == 1 && BN_sub(g, n, g) == 1);

  std::array<unsigned char, 256> block;
  write_pkcs1_block(block, digest_kind::sha256, std::array<unsigned char, 32>{});
  const auto rest = new_bignum();
  require_memory(BN_bin2bn(block.data(), static_cast<int>(block.size()), rest.get()) != nullptr &&
                 BN_mod_mul(rest.get(), rest.get(), g, n, context) == 1);
  bring_near_zero(g, n);
  write_balanced(out.at + at::digest_factor, g);
  bring_near_zero(rest.get(), n);
  write_balanced(out.at + at::block_rest, rest.get());
}

}  // namespace

void prepare(fma::key_digits& out, const BIGNUM* n) {
  const bignum_context context{BN_CTX_new()};
  require_memory(context != nullptr);
  out = {};
  write_balanced(out.at + at::modulus, n);
  write_fold_digits(out, n, context.get());
  write_multiple(out, n);
  write_block_digits(out, n, context.get());
}

}  // namespace latchkey::jose
