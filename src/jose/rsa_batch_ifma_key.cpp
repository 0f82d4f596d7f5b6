#include "bignum.hpp"
#include "pkcs1_block.hpp"
#include "rsa_batch_ifma_digits.hpp"
#include "rsa_batch_prepare.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace latchkey::jose {
namespace {

void write(std::uint64_t* out, const BIGNUM* number) {
  const auto digits = digits_of(number);
  std::copy(digits.begin(), digits.end(), out);
}

// Whether the first of two numbers of a quarter is not below the second; their difference.
bool subtract(std::uint64_t* out, const std::uint64_t* a, const std::uint64_t* b) {
  std::int64_t carry = 0;
  for (int i = 0; i < ifma::quarter; ++i) {
    const auto column = static_cast<std::int64_t>(a[i]) - static_cast<std::int64_t>(b[i]) + carry;
    out[i] = static_cast<std::uint64_t>(column) & digit_mask;
    carry = column >> ifma::digit_bits;
  }
  return carry == 0;
}

// What the numbers of one key are computed from.
struct preparation {
  const BIGNUM* n;
  BN_CTX* context;
  bignum inverse;  // of R = 2^1040, modulo n
};

// 2^(52 * fold_at) modulo n, in a form whose quarters stand as the kernel needs them: a few
// multiples of n are tried. Null if none does.
bignum write_fold(ifma::key_digits& out, const preparation& with) {
  using at = ifma::key_digits;
  auto fold = new_bignum();
  const auto bit = new_bignum();
  require_memory(BN_set_bit(bit.get(), ifma::fold_at * ifma::digit_bits) == 1 &&
                 BN_nnmod(fold.get(), bit.get(), with.n, with.context) == 1);
  constexpr int max_tries = 64;
  for (int tries = 0; tries < max_tries; ++tries) {
    auto* const digits = out.at + at::fold;
    auto* const apart = out.at + at::fold_apart;
    write(digits, fold.get());
    if (subtract(apart, digits, digits + ifma::quarter) &&
        subtract(apart + ifma::quarter, digits + ifma::half, digits + ifma::half + ifma::quarter)) {
      return fold;
    }
    require_memory(BN_add(fold.get(), fold.get(), with.n) == 1);
  }
  return nullptr;
}

// What the bias of the folded digits comes to, to be taken off again.
void write_balance(ifma::key_digits& out, const bignum& fold, const preparation& with) {
  const auto balance = new_bignum();
  auto* const sum = balance.get();
  require_memory(BN_mod_mul(sum, fold.get(), with.inverse.get(), with.n, with.context) == 1 &&
                 BN_mul_word(sum, ifma::fold_bias) == 1);
  BN_set_negative(sum, 1);
  require_memory(BN_nnmod(sum, sum, with.n, with.context) == 1 && BN_add(sum, sum, with.n) == 1);
  write(out.at + ifma::key_digits::balance, sum);
}

// g = -R^-65535, and g times the expected block without its digest.
void write_block_factors(ifma::key_digits& out, const preparation& with) {
  using at = ifma::key_digits;
  const auto power = new_bignum();
  const auto factor = new_bignum();
  auto* const g = factor.get();
  require_memory(BN_set_word(power.get(), 65535) == 1 &&
                 BN_mod_exp(g, with.inverse.get(), power.get(), with.n, with.context) == 1);
  BN_set_negative(g, 1);
  require_memory(BN_nnmod(g, g, with.n, with.context) == 1);
  write(out.at + at::digest_factor, g);

  std::array<unsigned char, 256> block;
  write_pkcs1_block(block, digest_kind::sha256, std::array<unsigned char, 32>{});
  const auto rest = new_bignum();
  require_memory(BN_bin2bn(block.data(), static_cast<int>(block.size()), rest.get()) != nullptr &&
                 BN_mod_mul(rest.get(), rest.get(), g, with.n, with.context) == 1);
  write(out.at + at::block_rest, rest.get());
}

}  // namespace

bool prepare(ifma::key_digits& out, const BIGNUM* n) {
  using at = ifma::key_digits;
  const bignum_context context{BN_CTX_new()};
  require_memory(context != nullptr);
  write(out.at + at::modulus, n);
  out.at[at::inverse] = negative_inverse(out.at[at::modulus]);

  // A number without an inverse shares a factor with 2^1040, so it is even.
  const auto r = new_bignum();
  preparation with{n, context.get(), new_bignum()};
  require_memory(BN_set_bit(r.get(), ifma::half * ifma::digit_bits) == 1);
  if (BN_mod_inverse(with.inverse.get(), r.get(), n, context.get()) == nullptr) return false;

  const auto fold = write_fold(out, with);
  if (!fold) return false;
  write_balance(out, fold, with);
  write_block_factors(out, with);
  return true;
}

}  // namespace latchkey::jose
