// RSA's public operation by OpenSSL's big numbers, to hold the batch kernel against: powers of any
// number under any odd modulus, and kernel keys that expect any block, not only padded digests. For
// the tests of rsa_batch, not for others.
#pragma once

#include <latchkey/jose/rsa_batch.hpp>

#include <jose/bignum.hpp>
#include <jose/rsa_batch_numbers.hpp>

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

// The digits of 52 bits of a number, as the kernel has them, without the kernel's own conversion.
inline void write_digits(std::uint64_t* out, const BIGNUM* number) {
  const bignum rest{BN_dup(number)};
  must(rest != nullptr);
  for (int i = 0; i < jose::ifma::digits; ++i) {
    const bignum low{BN_dup(rest.get())};
    must(low != nullptr);
    if (BN_num_bits(low.get()) > jose::ifma::digit_bits) {
      must(BN_mask_bits(low.get(), jose::ifma::digit_bits) == 1);
    }
    out[i] = BN_get_word(low.get());
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

// An odd modulus of 2048 bits that has a path, whether or not it makes an RSA key.
class rsa_oracle {
 public:
  explicit rsa_oracle(const rsa_number& modulus)
      : modulus_{modulus},
        n_{as_bignum(modulus)},
        e_{BN_new()},
        context_{BN_CTX_new()},
        montgomery_{BN_MONT_CTX_new()},
        key_{jose::rsa_batch_key::prepare(modulus, 65537)} {
    must(n_ && e_ && context_ && montgomery_ && key_ != nullptr &&
         BN_set_word(e_.get(), 65537) == 1 &&
         BN_MONT_CTX_set(montgomery_.get(), n_.get(), context_.get()) == 1);
    factor_ = read_digits(key_->prepared().at + jose::ifma::key_digits::digest_factor,
                          jose::ifma::digits);
  }

  // A few moduli of very regular digits have no path; none of them makes an RSA key.
  static bool has_path(const rsa_number& modulus) {
    return jose::rsa_batch_key::prepare(modulus, 65537) != nullptr;
  }

  const rsa_number& modulus() const { return modulus_; }
  const jose::rsa_batch_key& key() const { return *key_; }

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
    const auto whole = as_bignum(number);
    must(BN_nnmod(whole.get(), whole.get(), n_.get(), context_.get()) == 1);
    return as_bytes(whole.get());
  }

  // A kernel key of this modulus that expects `block`, whose last 32 bytes the caller gives as
  // digest.
  jose::ifma::key_digits expecting(const rsa_number& block) const {
    auto rest_bytes = block;
    std::fill(rest_bytes.end() - 32, rest_bytes.end(), static_cast<unsigned char>(0));
    const auto rest = as_bignum(rest_bytes);
    must(BN_mod_mul(rest.get(), rest.get(), factor_.get(), n_.get(), context_.get()) == 1);
    jose::ifma::key_digits made = key_->prepared();
    write_digits(made.at + jose::ifma::key_digits::block_rest, rest.get());
    return made;
  }

 private:
  rsa_number modulus_;
  bignum n_;
  bignum e_;
  jose::bignum_context context_;
  jose::montgomery_context montgomery_;
  std::unique_ptr<const jose::rsa_batch_key> key_;
  bignum factor_;
};

// Puts one question into a lane.
inline void put(jose::ifma::question& asked, int lane, const rsa_number& signature,
                std::span<const unsigned char, 32> digest, const jose::ifma::key_digits& by) {
  std::array<std::uint64_t, jose::ifma::digits> digits{};
  write_digits(digits.data(), as_bignum(signature).get());
  for (int i = 0; i < jose::ifma::digits; ++i) {
    asked.signature[i][lane] = digits[static_cast<std::size_t>(i)];
  }
  write_digits(digits.data(), as_bignum(digest).get());
  for (int i = 0; i < jose::ifma::digest_digits; ++i) {
    asked.digest[i][lane] = digits[static_cast<std::size_t>(i)];
  }
  asked.keys[lane] = &by;
}

}  // namespace latchkey::support
