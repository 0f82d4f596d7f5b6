// RSA's public operation by OpenSSL's big numbers, to hold the batch kernels against: powers of any
// number under any odd modulus, and kernel keys that expect any block, not only padded digests. For
// the tests of rsa_batch, not for others.
#pragma once

#include <latchkey/jose/rsa_batch.hpp>

#include <jose/bignum.hpp>
#include <jose/rsa_batch_prepare.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>

namespace latchkey::support {

using rsa_number = std::array<unsigned char, 256>;  // big-endian

using jose::bignum;

inline void must(bool done) {
  if (!done) throw std::runtime_error{"OpenSSL refused"};
}

inline bignum as_bignum(std::span<const unsigned char> bytes) {
  bignum made{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
  must(made != nullptr);
  return made;
}

inline rsa_number as_bytes(const BIGNUM* number) {
  rsa_number bytes;
  must(BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size())) > 0);
  return bytes;
}

// The digits of a number as each kernel has them, without the kernel's own conversion.

inline bignum low_bits(const BIGNUM* number, int bits) {
  bignum low{BN_dup(number)};
  must(low != nullptr);
  if (BN_num_bits(low.get()) > bits) must(BN_mask_bits(low.get(), bits) == 1);
  return low;
}

inline void write_digits(std::uint64_t* out, const BIGNUM* number) {
  const bignum rest{BN_dup(number)};
  must(rest != nullptr);
  for (int i = 0; i < jose::ifma::digits; ++i) {
    out[i] = BN_get_word(low_bits(rest.get(), jose::ifma::digit_bits).get());
    must(BN_rshift(rest.get(), rest.get(), jose::ifma::digit_bits) == 1);
  }
}

inline bignum read_digits(const std::uint64_t* digits, int count) {
  bignum sum{BN_new()};
  must(sum != nullptr);
  for (int i = count; i-- > 0;) {
    must(BN_lshift(sum.get(), sum.get(), jose::ifma::digit_bits) == 1 &&
         BN_add_word(sum.get(), digits[i]) == 1);
  }
  return sum;
}

// Of a number that is not negative.
inline void write_digits(double* out, const BIGNUM* number) {
  const bignum rest{BN_dup(number)};
  must(rest != nullptr);
  constexpr auto size = std::uint64_t{1} << jose::fma::digit_bits;
  for (int i = 0; i < jose::fma::digits; ++i) {
    const auto low = BN_get_word(low_bits(rest.get(), jose::fma::digit_bits).get());
    must(BN_rshift(rest.get(), rest.get(), jose::fma::digit_bits) == 1);
    out[i] = static_cast<double>(low);
    if (low >= size / 2) {
      out[i] -= static_cast<double>(size);
      must(BN_add_word(rest.get(), 1) == 1);
    }
  }
}

// Digits of any size and sign, integers below 2^52; the number may be negative.
inline bignum read_digits(const double* digits, int count) {
  bignum sum{BN_new()};
  must(sum != nullptr);
  for (int i = count; i-- > 0;) {
    const auto digit = static_cast<std::int64_t>(digits[i]);
    must(static_cast<double>(digit) == digits[i] &&
         BN_lshift(sum.get(), sum.get(), jose::fma::digit_bits) == 1 &&
         (digit < 0 ? BN_sub_word(sum.get(), static_cast<std::uint64_t>(-digit))
                    : BN_add_word(sum.get(), static_cast<std::uint64_t>(digit))) == 1);
  }
  return sum;
}

// An odd modulus of 2048 bits, whether or not it makes an RSA key.
class rsa_oracle {
 public:
  explicit rsa_oracle(const rsa_number& modulus)
      : modulus_{modulus},
        n_{as_bignum(modulus)},
        e_{BN_new()},
        context_{BN_CTX_new()},
        montgomery_{BN_MONT_CTX_new()} {
    must(n_ && e_ && context_ && montgomery_ && BN_set_word(e_.get(), 65537) == 1 &&
         BN_MONT_CTX_set(montgomery_.get(), n_.get(), context_.get()) == 1);
  }

  const rsa_number& modulus() const { return modulus_; }
  const BIGNUM* n() const { return n_.get(); }

  // signature^65537 modulo n.
  rsa_number power(const rsa_number& signature) const {
    const auto base = as_bignum(signature);
    const bignum result{BN_new()};
    must(result && BN_mod_exp_mont(result.get(), base.get(), e_.get(), n_.get(), context_.get(),
                                   montgomery_.get()) == 1);
    return as_bytes(result.get());
  }

  // The number modulo n.
  rsa_number reduced(const rsa_number& number) const {
    return as_bytes(reduced(as_bignum(number)).get());
  }
  bignum reduced(bignum number) const {
    must(BN_nnmod(number.get(), number.get(), n_.get(), context_.get()) == 1);
    return number;
  }
  bignum product(const BIGNUM* a, const BIGNUM* b) const {
    bignum made{BN_new()};
    must(made && BN_mod_mul(made.get(), a, b, n_.get(), context_.get()) == 1);
    return made;
  }

 private:
  rsa_number modulus_;
  bignum n_;
  bignum e_;
  jose::bignum_context context_;
  jose::montgomery_context montgomery_;
};

// What a test needs of each kernel.

struct ifma_side {
  static constexpr auto kind = jose::rsa_batch_kind::ifma;
  static constexpr std::size_t lanes = jose::ifma::lanes;
  using key_digits = jose::ifma::key_digits;
  using question = jose::ifma::question;

  // A few moduli of very regular digits have no path; none of them makes an RSA key.
  static bool prepare(key_digits& out, const rsa_number& modulus) {
    return jose::prepare(out, as_bignum(modulus).get());
  }
  // Puts one question into a lane.
  static void put(question& asked, std::size_t lane, const rsa_number& signature,
                  const rsa_number& block, const key_digits& by) {
    std::array<std::uint64_t, jose::ifma::digits> digits{};
    write_digits(digits.data(), as_bignum(signature).get());
    for (std::size_t i = 0; i < digits.size(); ++i) asked.signature[i][lane] = digits[i];
    write_digits(digits.data(), as_bignum(std::span{block}.last(32)).get());
    for (std::size_t i = 0; i < jose::ifma::digest_digits; ++i) asked.digest[i][lane] = digits[i];
    asked.keys[lane] = &by;
  }
};

struct fma_side {
  static constexpr auto kind = jose::rsa_batch_kind::fma;
  static constexpr std::size_t lanes = jose::fma::lanes;
  using key_digits = jose::fma::key_digits;
  using question = jose::fma::question;

  static bool prepare(key_digits& out, const rsa_number& modulus) {
    jose::prepare(out, as_bignum(modulus).get());
    return true;
  }
  // `signature` and `block` live as long as the question.
  static void put(question& asked, std::size_t lane, const rsa_number& signature,
                  const rsa_number& block, const key_digits& by) {
    asked.signature[lane] = signature.data();
    asked.digest[lane] = block.data() + block.size() - 32;
    asked.keys[lane] = &by;
  }
};

// A modulus that has a path in a kernel.
template <class Side>
class kernel_oracle : public rsa_oracle {
 public:
  explicit kernel_oracle(const rsa_number& modulus) : rsa_oracle{modulus} {
    must(Side::prepare(key_, modulus));
    factor_ = read_digits(key_.at + Side::key_digits::digest_factor, digits_of(key_.at));
  }

  static bool has_path(const rsa_number& modulus) {
    typename Side::key_digits made;
    return Side::prepare(made, modulus);
  }

  const typename Side::key_digits& key() const { return key_; }

  // A kernel key of this modulus that expects `block`, whose last 32 bytes are asked for as digest.
  typename Side::key_digits expecting(const rsa_number& block) const {
    auto rest = block;
    std::fill(rest.end() - 32, rest.end(), static_cast<unsigned char>(0));
    auto made = key_;
    write_digits(made.at + Side::key_digits::block_rest,
                 product(as_bignum(rest).get(), factor_.get()).get());
    return made;
  }

 private:
  static constexpr int digits_of(const std::uint64_t*) { return jose::ifma::digits; }
  static constexpr int digits_of(const double*) { return jose::fma::digits; }

  typename Side::key_digits key_;
  bignum factor_;
};

}  // namespace latchkey::support
