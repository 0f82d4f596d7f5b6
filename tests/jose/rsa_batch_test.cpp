// The batch kernel against OpenSSL: exactly as many cases agree as are tried, or the test fails.
// How many are tried can be raised: BATCH_CASES=1000000 latchkey_jose_tests
// --gtest_filter='rsa_batch*'
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/jwk.hpp>
#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/signature.hpp>
#include <latchkey/jose/signing_key.hpp>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <support/evp_oracle.hpp>
#include <support/rsa_oracle.hpp>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

using support::rsa_number;
using support::rsa_oracle;
using random = std::mt19937_64;

std::size_t cases_wanted(std::size_t usual) {
  const char* const text = std::getenv("BATCH_CASES");
  return text != nullptr ? static_cast<std::size_t>(std::strtoull(text, nullptr, 10)) : usual;
}

class rsa_batch_test : public testing::Test {
 protected:
  void SetUp() override {
    if (!rsa_batch_available()) GTEST_SKIP() << "no AVX-512 IFMA here: the kernel was not tried";
  }
};

rsa_number random_number(random& chance) {
  rsa_number made;
  for (auto& byte : made) byte = static_cast<unsigned char>(chance());
  return made;
}

// Numbers that are hard on carries: digits of 52 bits all zero or all one, powers of two and their
// neighbours, halves that are equal, one bit at either end.
rsa_number hard_number(random& chance) {
  const support::bignum made{BN_new()};
  support::must(made != nullptr);
  switch (chance() % 6) {
    case 0:
    case 1: {
      std::array<std::uint64_t, ifma::digits> digits{};
      constexpr auto ones = (std::uint64_t{1} << ifma::digit_bits) - 1;
      for (auto& digit : digits) {
        switch (chance() % 5) {
          case 0:
            digit = 0;
            break;
          case 1:
            digit = 1;
            break;
          case 2:
            digit = ones;
            break;
          case 3:
            digit = ones - 1;
            break;
          default:
            digit = chance() & ones;
        }
      }
      if (chance() % 2 == 0) std::copy_n(digits.begin(), ifma::half, digits.begin() + ifma::half);
      digits.back() &= (1U << 20) - 1;
      const auto number = support::read_digits(digits.data(), ifma::digits);
      return support::as_bytes(number.get());
    }
    case 2:
    case 3: {
      support::must(BN_set_bit(made.get(), static_cast<int>(chance() % 2048)) == 1);
      if (chance() % 2 == 0) support::must(BN_sub_word(made.get(), 1 + chance() % 3) == 1);
      if (BN_is_negative(made.get())) BN_zero(made.get());
      return support::as_bytes(made.get());
    }
    case 4:
      support::must(BN_set_word(made.get(), chance() % 4) == 1);
      return support::as_bytes(made.get());
    default: {
      rsa_number all;
      all.fill(0xFF);
      all[chance() % all.size()] ^= static_cast<unsigned char>(1U << chance() % 8);
      return all;
    }
  }
}

rsa_number modulus_of(random& chance) {
  auto made = chance() % 2 == 0 ? random_number(chance) : hard_number(chance);
  made.front() |= 0x80;
  made.back() |= 1;
  return rsa_oracle::has_path(made) ? made : modulus_of(chance);
}

rsa_number flip(rsa_number number, std::size_t bit) {
  number[number.size() - 1 - bit / 8] ^= static_cast<unsigned char>(1U << bit % 8);
  return number;
}

// n - 1, n - 2 and the like.
rsa_number below(const rsa_number& modulus, std::uint64_t less) {
  const auto number = support::as_bignum(modulus);
  support::must(BN_sub_word(number.get(), less) == 1);
  return support::as_bytes(number.get());
}

std::span<const unsigned char, 32> tail(const rsa_number& block) {
  return std::span<const unsigned char, 32>{block.data() + block.size() - 32, 32};
}

// Every lane is asked whether signature^65537 is a block: the right one, which it must see, or the
// right one with one bit changed, which it must not. This tries the arithmetic itself: a signature
// made up at random is wrong whatever the kernel computes.
TEST_F(rsa_batch_test, powers_are_exact) {
  random chance{20'480};
  const auto wanted = cases_wanted(24'000);
  std::vector<rsa_oracle> moduli;
  for (int i = 0; i < 48; ++i) moduli.emplace_back(modulus_of(chance));
  std::size_t cases = 0;
  std::size_t wrong = 0;
  while (cases < wanted) {
    ifma::question asked;
    std::array<ifma::key_digits, rsa_batch_lanes> keys;
    unsigned expected = 0;
    const auto& shared = moduli[chance() % moduli.size()];
    const bool same = chance() % 4 == 0;
    for (int lane = 0; lane < ifma::lanes; ++lane) {
      const auto& by = same ? shared : moduli[chance() % moduli.size()];
      auto signature = by.reduced(chance() % 2 == 0 ? random_number(chance) : hard_number(chance));
      if (chance() % 16 == 0) signature = below(by.modulus(), 1 + chance() % 2);
      const auto block = by.power(signature);
      const bool right = chance() % 2 == 0;
      const auto claimed = right ? block : flip(block, chance() % 2047);
      const auto index = static_cast<std::size_t>(lane);
      keys[index] = by.expecting(claimed);
      support::put(asked, lane, signature, tail(claimed), keys[index]);
      if (by.reduced(claimed) == block) expected |= 1U << lane;
    }
    const auto answers = ifma::powers_match(asked);
    cases += rsa_batch_lanes;
    for (unsigned lane = 0; lane < rsa_batch_lanes; ++lane) {
      wrong += (answers >> lane & 1U) != (expected >> lane & 1U);
    }
  }
  std::cout << "powers: " << cases << " cases, " << wrong << " wrong\n";
  EXPECT_EQ(wrong, 0U);
}

// A part of the modulus is all ones or all zeros, where carries run long.
TEST_F(rsa_batch_test, regular_moduli) {
  random chance{7};
  std::vector<rsa_number> all;
  for (std::size_t from = 0; from < 256; from += 16) {
    for (const std::size_t size : {16U, 64U, 128U, 240U}) {
      for (const auto fill : {static_cast<unsigned char>(0x00), static_cast<unsigned char>(0xFF)}) {
        auto modulus = random_number(chance);
        std::fill_n(modulus.begin() + static_cast<std::ptrdiff_t>(from),
                    std::min(size, modulus.size() - from), fill);
        modulus.front() |= 0x80;
        modulus.back() |= 1;
        all.push_back(modulus);
      }
    }
  }
  std::size_t tried = 0;
  for (const auto& modulus : all) {
    if (!rsa_oracle::has_path(modulus)) continue;
    ++tried;
    const rsa_oracle by{modulus};
    ifma::question asked;
    std::array<ifma::key_digits, rsa_batch_lanes> keys;
    const std::array<rsa_number, rsa_batch_lanes> signatures{rsa_number{},
                                                             by.reduced(flip(rsa_number{}, 0)),
                                                             below(modulus, 1),
                                                             below(modulus, 2),
                                                             by.reduced(flip(rsa_number{}, 1039)),
                                                             by.reduced(flip(rsa_number{}, 1040)),
                                                             by.reduced(hard_number(chance)),
                                                             by.reduced(random_number(chance))};
    for (int lane = 0; lane < ifma::lanes; ++lane) {
      const auto index = static_cast<std::size_t>(lane);
      const auto block = by.power(signatures[index]);
      keys[index] = by.expecting(block);
      support::put(asked, lane, signatures[index], tail(block), keys[index]);
    }
    EXPECT_EQ(ifma::powers_match(asked), 0xFFU);
  }
  std::cout << "regular moduli: " << tried << " of " << all.size() << " moduli have a path\n";
  EXPECT_GT(tried, all.size() / 2);
}

struct pair {
  evp_pkey signer;
  key by;
};

struct signature_of {
  std::size_t pair;
  std::array<unsigned char, 32> digest;
  rsa_number bytes;
};

pair make_pair() {
  const auto made = signing_key::generate(2048, "k");
  const auto pem = made.to_pem();
  const std::unique_ptr<BIO, decltype(&BIO_free)> input{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
  return {evp_pkey{PEM_read_bio_PrivateKey(input.get(), nullptr, nullptr, nullptr)},
          parse_jwk(parse_json(made.public_jwk()).value().get_object()).value()};
}

signature_of sign(const std::vector<pair>& pairs, std::size_t which, random& chance) {
  signature_of made{which, {}, {}};
  for (auto& byte : made.digest) byte = static_cast<unsigned char>(chance());
  const evp_pkey_context context{EVP_PKEY_CTX_new(pairs[which].signer.get(), nullptr)};
  std::size_t size = made.bytes.size();
  support::must(EVP_PKEY_sign_init(context.get()) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
                EVP_PKEY_sign(context.get(), made.bytes.data(), &size, made.digest.data(),
                              made.digest.size()) == 1);
  return made;
}

// s + n if that still has 256 bytes: the same number modulo n, and not a signature.
rsa_number unreduced(const signature_of& one, const key& by) {
  const auto sum = support::as_bignum(one.bytes);
  const auto n = support::as_bignum(by.modulus());
  support::must(BN_add(sum.get(), sum.get(), n.get()) == 1);
  return BN_num_bits(sum.get()) <= 2048 ? support::as_bytes(sum.get()) : one.bytes;
}

// What a signature may be turned into.
void spoil(signature_of& one, const std::vector<pair>& pairs, random& chance) {
  rsa_number modulus;
  std::copy_n(pairs[one.pair].by.modulus().begin(), modulus.size(), modulus.begin());
  switch (chance() % 16) {
    case 0:
    case 1:
    case 2:
      one.bytes = flip(one.bytes, chance() % 2048);
      break;
    case 3:
      one.digest[chance() % 32] ^= static_cast<unsigned char>(1U << chance() % 8);
      break;
    case 4:
      one.pair = chance() % pairs.size();
      break;
    case 5:
      one.bytes = random_number(chance);
      break;
    case 6:
      one.bytes = hard_number(chance);
      break;
    case 7:
      one.bytes = modulus;
      break;
    case 8:
      one.bytes = below(modulus, 1 + chance() % 3);
      break;
    case 9:
      one.bytes = unreduced(one, pairs[one.pair].by);
      break;
    case 10: {
      const auto n = support::as_bignum(modulus);
      const auto s = support::as_bignum(one.bytes);
      if (BN_sub(n.get(), n.get(), s.get()) == 1 && BN_is_negative(n.get()) == 0) {
        one.bytes = support::as_bytes(n.get());
      }
      break;
    }
    default:
      break;  // is left as it is
  }
}

TEST_F(rsa_batch_test, agrees_with_openssl_on_whole_signatures) {
  random chance{65'537};
  const auto wanted = cases_wanted(24'000);
  std::vector<pair> pairs;
  for (int i = 0; i < 12; ++i) pairs.push_back(make_pair());
  std::vector<signature_of> pool;
  for (std::size_t i = 0; i < 240; ++i) pool.push_back(sign(pairs, i % pairs.size(), chance));
  std::size_t cases = 0;
  std::size_t accepted = 0;
  std::size_t disagreements = 0;
  while (cases < wanted) {
    std::vector<signature_of> asked;
    const auto count = 1 + chance() % 20;
    for (std::size_t i = 0; i < count; ++i) {
      asked.push_back(pool[chance() % pool.size()]);
      spoil(asked.back(), pairs, chance);
    }
    std::vector<rsa_batch_item> items;
    for (const auto& one : asked) {
      items.push_back({pairs[one.pair].by.batch(), one.bytes, one.digest});
      ASSERT_NE(items.back().key, nullptr);
    }
    rsa_batch_verify(items);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& by = pairs[asked[i].pair];
      const bool openssl =
          support::evp_accepts(by.signer.get(), EVP_sha256(), asked[i].digest, asked[i].bytes);
      const auto single = verify_rs256_digest(by.by, asked[i].digest, asked[i].bytes);
      disagreements += items[i].valid != openssl || single.failed() == openssl;
      accepted += items[i].valid;
    }
    cases += count;
  }
  std::cout << "signatures: " << cases << " cases, " << accepted << " of them accepted, "
            << disagreements << " disagreements\n";
  EXPECT_EQ(disagreements, 0U);
  EXPECT_GT(accepted, cases / 8);
  EXPECT_LT(accepted, cases / 2);
}

TEST_F(rsa_batch_test, a_number_past_the_modulus_is_no_signature) {
  random chance{3};
  const std::vector<pair> pairs = [] {
    std::vector<pair> made;
    made.push_back(make_pair());
    return made;
  }();
  // About every second signature has room for n above it.
  for (int found = 0; found < 8;) {
    auto one = sign(pairs, 0, chance);
    const auto larger = unreduced(one, pairs[0].by);
    if (larger == one.bytes) continue;
    ++found;
    std::array<rsa_batch_item, 2> items{rsa_batch_item{pairs[0].by.batch(), one.bytes, one.digest},
                                        rsa_batch_item{pairs[0].by.batch(), larger, one.digest}};
    rsa_batch_verify(items);
    EXPECT_TRUE(items[0].valid);
    EXPECT_FALSE(items[1].valid);
  }
}

TEST_F(rsa_batch_test, of_another_length_is_no_signature) {
  random chance{4};
  std::vector<pair> pairs;
  pairs.push_back(make_pair());
  const auto one = sign(pairs, 0, chance);
  std::vector<unsigned char> longer{one.bytes.begin(), one.bytes.end()};
  longer.insert(longer.begin(), 0);
  const std::span<const unsigned char> whole{one.bytes};
  for (const auto& bytes : {whole.first(255), whole.first(0), whole.last(255),
                            std::span<const unsigned char>{longer}}) {
    std::array<rsa_batch_item, 1> items{rsa_batch_item{pairs[0].by.batch(), bytes, one.digest}};
    rsa_batch_verify(items);
    EXPECT_FALSE(items[0].valid) << bytes.size();
  }
  for (const std::size_t size : {0U, 31U}) {
    std::array<rsa_batch_item, 1> items{rsa_batch_item{
        pairs[0].by.batch(), whole, std::span<const unsigned char>{one.digest}.first(size)}};
    rsa_batch_verify(items);
    EXPECT_FALSE(items[0].valid) << size;
  }
}

TEST(rsa_batch_key_test, has_no_path_for_other_keys) {
  random chance{5};
  auto good = modulus_of(chance);
  EXPECT_NE(rsa_batch_key::prepare(good, 65537), nullptr);
  EXPECT_EQ(rsa_batch_key::prepare(good, 3), nullptr);
  EXPECT_EQ(rsa_batch_key::prepare(good, 65539), nullptr);
  const std::span<const unsigned char> bytes{good};
  EXPECT_EQ(rsa_batch_key::prepare(bytes.first(255), 65537), nullptr);
  auto small = good;
  small.front() &= 0x7F;
  EXPECT_EQ(rsa_batch_key::prepare(small, 65537), nullptr) << "2047 bits";
  auto even = good;
  even.back() &= 0xFE;
  EXPECT_EQ(rsa_batch_key::prepare(even, 65537), nullptr);
  EXPECT_EQ(rsa_batch_key::prepare({}, 65537), nullptr);
}

}  // namespace
}  // namespace latchkey::jose
