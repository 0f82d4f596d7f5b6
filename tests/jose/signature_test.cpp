#include "signature_path.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jws.hpp>
#include <latchkey/jose/signature.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <support/cases.hpp>
#include <support/mint.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::jose {
namespace {

using bytes = std::vector<unsigned char>;

key public_key(const signing_key& pair) {
  auto jwk = boost::json::parse(pair.public_jwk()).as_object();
  jwk.erase("alg");
  return *parse_jwk(jwk);
}

// A pair for each algorithm, and another; those of RSA are shared, since making one takes long.
const signing_key& pair_for(algorithm by, int which = 0) {
  static std::map<std::pair<algorithm, int>, signing_key> made;
  if (family_of(by) == key_family::rsa) {
    return which == 0 ? support::issuer_key() : support::second_key();
  }
  const auto at = std::pair{by, which};
  const auto found = made.find(at);
  if (found != made.end()) return found->second;
  return made.emplace(at, signing_key::generate(by, "k" + std::to_string(which))).first->second;
}

// What a token signed by a pair has to verify.
struct signed_text {
  explicit signed_text(algorithm by = algorithm::rs256, int which = 0)
      : token{pair_for(by, which).sign_by(by, R"({"alg":"any"})", "payload")},
        input{token.substr(0, token.rfind('.'))} {
    const auto parsed = parse_jws(token);
    signature.assign(parsed->signature().begin(), parsed->signature().end());
  }

  std::string token;
  std::string input;
  bytes signature;
};

struct signing {
  std::string_view name;
  algorithm by;
};

class Signature : public testing::TestWithParam<signing> {
 protected:
  core::error_code check(std::string_view input, const bytes& signature) const {
    return verify_signature(GetParam().by, by, input, signature);
  }

  const key by{public_key(pair_for(GetParam().by))};
  const signed_text good{GetParam().by};
};

TEST_P(Signature, of_the_key_is_taken_again_and_again) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(check(good.input, good.signature));
}

TEST_P(Signature, with_any_byte_changed_is_refused) {
  const auto step = good.signature.size() > 100 ? 15U : 1U;
  for (std::size_t at = 0; at < good.signature.size(); at += step) {
    for (const auto bit : bytes{0x01, 0x80}) {
      auto changed = good.signature;
      changed[at] ^= bit;
      EXPECT_EQ(check(good.input, changed), errc::bad_signature) << at;
    }
  }
  // And the key is none the worse for it.
  EXPECT_FALSE(check(good.input, good.signature));
}

TEST_P(Signature, of_another_text_is_refused) {
  EXPECT_EQ(check(good.input + 'x', good.signature), errc::bad_signature);
  EXPECT_EQ(check("", good.signature), errc::bad_signature);
}

TEST_P(Signature, of_another_key_is_refused_whichever_was_used_before) {
  const auto other = public_key(pair_for(GetParam().by, 1));
  const signed_text theirs{GetParam().by, 1};
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(check(good.input, good.signature));
    EXPECT_EQ(verify_signature(GetParam().by, other, good.input, good.signature),
              errc::bad_signature);
    EXPECT_FALSE(verify_signature(GetParam().by, other, theirs.input, theirs.signature));
    EXPECT_EQ(check(theirs.input, theirs.signature), errc::bad_signature);
  }
}

TEST_P(Signature, of_every_length_but_its_own_is_refused) {
  auto longer = good.signature;
  longer.push_back(0);
  auto zero_first = good.signature;
  zero_first.insert(zero_first.begin(), 0);
  const bytes shorter(good.signature.begin(), good.signature.end() - 1);
  for (const auto& wrong : {longer, zero_first, shorter, bytes{}, bytes(10'000, 1)}) {
    EXPECT_EQ(check(good.input, wrong), errc::bad_signature) << wrong.size();
  }
}

TEST_P(Signature, of_all_the_same_bytes_is_refused) {
  for (const auto byte : bytes{0x00, 0x01, 0x7F, 0x80, 0xFF}) {
    EXPECT_EQ(check(good.input, bytes(good.signature.size(), byte)), errc::bad_signature);
  }
}

TEST_P(Signature, is_good_for_one_algorithm_only) {
  for (std::size_t i = 0; i < algorithm_count; ++i) {
    const auto other = static_cast<algorithm>(i);
    if (other == GetParam().by) continue;
    const auto same_family = family_of(other) == family_of(GetParam().by);
    EXPECT_EQ(verify_signature(other, by, good.input, good.signature),
              same_family ? errc::bad_signature : errc::key_alg_mismatch)
        << name_of(other);
  }
}

// A failure left in the queue would be read as a failure of the next TLS operation on the thread.
TEST_P(Signature, leaves_the_error_queue_as_it_was) {
  ERR_clear_error();
  const bytes wrong(good.signature.size(), 0xFF);
  EXPECT_TRUE(check(good.input, wrong).failed());
  EXPECT_FALSE(check(good.input, good.signature));
  EXPECT_EQ(ERR_peek_error(), 0U);
  ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
  EXPECT_TRUE(check(good.input, wrong).failed());
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), ERR_R_INTERNAL_ERROR);
  EXPECT_EQ(ERR_get_error(), 0U);
}

TEST_P(Signature, is_checked_on_many_threads_with_one_key) {
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&right, this] {
        for (int turn = 0; turn < 20; ++turn) {
          auto changed = good.signature;
          changed.back() ^= 1;
          if (!check(good.input, good.signature) &&
              check(good.input, changed) == errc::bad_signature) {
            ++right;
          }
        }
      });
    }
  }
  EXPECT_EQ(right, 4 * 20);
}

const std::vector<signing> every_algorithm = [] {
  std::vector<signing> all;
  for (std::size_t i = 0; i < algorithm_count; ++i) {
    const auto one = static_cast<algorithm>(i);
    all.push_back({name_of(one), one});
  }
  return all;
}();

INSTANTIATE_TEST_SUITE_P(algorithms, Signature, testing::ValuesIn(every_algorithm),
                         support::case_name);

// More keys than a thread prepares, used in turn, while their predecessors are gone: what was
// prepared for one is never used for another.
TEST(Signatures, never_take_one_key_for_another) {
  const signed_text first{algorithm::rs256, 0};
  const signed_text second{algorithm::rs256, 1};
  for (int i = 0; i < 100; ++i) {
    const auto is_first = i % 3 != 0;
    const auto by = public_key(is_first ? support::issuer_key() : support::second_key());
    EXPECT_EQ(verify_signature(algorithm::rs256, by, first.input, first.signature).failed(),
              !is_first);
    EXPECT_EQ(verify_signature(algorithm::rs256, by, second.input, second.signature).failed(),
              is_first);
  }
}

// Every key with every algorithm it can serve, many times over: more than a thread prepares.
TEST(Signatures, of_many_keys_and_algorithms_at_a_time_keep_apart) {
  struct one {
    algorithm by;
    key with;
    signed_text good;
    signed_text theirs;
  };
  std::vector<one> all;
  for (int copy = 0; copy < 3; ++copy) {
    for (std::size_t i = 0; i < algorithm_count; ++i) {
      const auto by = static_cast<algorithm>(i);
      all.push_back({by, public_key(pair_for(by, copy % 2)), signed_text{by, copy % 2},
                     signed_text{by, 1 - copy % 2}});
    }
  }
  for (int round = 0; round < 3; ++round) {
    for (const auto& each : all) {
      EXPECT_FALSE(verify_signature(each.by, each.with, each.good.input, each.good.signature));
      EXPECT_TRUE(verify_signature(each.by, each.with, each.theirs.input, each.theirs.signature));
    }
  }
}

// One key, and one place kept for it per algorithm.
TEST(Signatures, by_the_algorithms_of_one_key_in_turn) {
  const auto by = public_key(support::issuer_key());
  for (int round = 0; round < 3; ++round) {
    for (const auto& name : algorithm_set::all_of(key_family::rsa).names()) {
      const auto one = *algorithm_named(name);
      const signed_text good{one};
      EXPECT_FALSE(verify_signature(one, by, good.input, good.signature)) << name;
    }
  }
}

TEST_P(SignaturePaths, rs256_numbers_that_are_not_below_the_modulus_are_refused) {
  LATCHKEY_NEEDS_PATH(5)
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  const bytes modulus(by.modulus().begin(), by.modulus().end());
  auto below = modulus;
  below.back() ^= 1;
  auto above = modulus;
  above.back() ^= 2;
  EXPECT_FALSE(path.check(algorithm::rs256, by, good.input, good.signature));
  for (const auto& wrong : {modulus, below, above, bytes(256, 0xFF), bytes(256, 0)}) {
    EXPECT_EQ(path.check(algorithm::rs256, by, good.input, wrong), errc::bad_signature);
  }
}

// The signature and the modulus together are another number of the same residue.
TEST_P(SignaturePaths, a_signature_that_is_not_reduced_is_refused) {
  LATCHKEY_NEEDS_PATH(1)
  const auto by = public_key(support::issuer_key());
  for (int i = 0; i < 200; ++i) {
    const auto token = support::issuer_key().sign("{\"alg\":\"RS256\"}", std::to_string(i));
    const auto parsed = parse_jws(token);
    ASSERT_TRUE(parsed);
    bytes sum(parsed->signature().begin(), parsed->signature().end());
    unsigned carry = 0;
    for (std::size_t at = sum.size(); at-- > 0;) {
      carry += sum[at] + by.modulus()[at];
      sum[at] = static_cast<unsigned char>(carry);
      carry >>= 8;
    }
    if (carry != 0) continue;  // does not fit
    EXPECT_FALSE(path.check(algorithm::rs256, by, parsed->signing_input(), parsed->signature()));
    EXPECT_EQ(path.check(algorithm::rs256, by, parsed->signing_input(), sum), errc::bad_signature);
    return;
  }
  FAIL() << "no signature was small enough";
}

TEST_P(SignaturePaths, the_digest_alone_is_enough_for_rs256) {
  LATCHKEY_NEEDS_PATH(2)
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  auto digest = sha256(good.input);
  EXPECT_FALSE(path.check_digest(by, digest, good.signature));
  digest.back() ^= 1;
  EXPECT_EQ(path.check_digest(by, digest, good.signature), errc::bad_signature);
}

LATCHKEY_ON_ALL_PATHS(SignaturePaths);

TEST(Signatures, by_digest_are_of_rsa_keys_only) {
  const signed_text good{algorithm::es256};
  EXPECT_EQ(verify_rs256_digest(public_key(pair_for(algorithm::es256)), sha256(good.input),
                                good.signature),
            errc::key_alg_mismatch);
}

// RFC 8017 section 9.1.1 lets the salt have any length; RFC 7518 section 3.5 does not.
// The signatures over salts of other lengths are in the vectors.

core::result<key> key_of(const boost::json::object& jwk) {
  return parse_jwk(jwk);
}

// RFC 8037 appendix A.4.
TEST(Signatures, eddsa_of_rfc_8037_is_taken) {
  const auto by = key_of(
      {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}});
  ASSERT_TRUE(by) << reason(by.error());
  const auto parsed = parse_jws(
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  ASSERT_TRUE(parsed) << reason(parsed.error());
  EXPECT_FALSE(
      verify_signature(algorithm::eddsa, *by, parsed->signing_input(), parsed->signature()));
}

// The second number may not have the order of the group added to it: RFC 8032 section 5.1.7.
TEST(Signatures, eddsa_has_one_spelling_of_its_second_number) {
  constexpr std::array<unsigned char, 32> order{0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58,
                                                0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
                                                0,    0,    0,    0,    0,    0,    0,    0,
                                                0,    0,    0,    0,    0,    0,    0,    0x10};
  const signed_text good{algorithm::eddsa};
  const auto by = public_key(pair_for(algorithm::eddsa));
  auto sum = good.signature;
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += sum[32 + i] + order[i];
    sum[32 + i] = static_cast<unsigned char>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0U);
  EXPECT_FALSE(verify_signature(algorithm::eddsa, by, good.input, good.signature));
  EXPECT_EQ(verify_signature(algorithm::eddsa, by, good.input, sum), errc::bad_signature);
}

// RFC 6979 appendix A.2.6, SHA-384 of "sample".
TEST(Signatures, es384_of_rfc_6979_is_taken) {
  const auto encoded = [](std::string_view hex) {
    std::string decoded;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      decoded += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    }
    return decoded;
  };
  const auto by =
      key_of({{"kty", "EC"},
              {"crv", "P-384"},
              {"x", core::base64url_encode(
                        encoded("EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
                                "DEF8F0EA9055866064A254515480BC13"))},
              {"y", core::base64url_encode(
                        encoded("8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
                                "288B231C3AE0D4FE7344FD2533264720"))}});
  ASSERT_TRUE(by) << reason(by.error());
  const auto numbers = encoded(
      "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
      "81A648152E44ACF96E36DD1E80FABE46"
      "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
      "A329C145786E679E7B82C71A38628AC8");
  const bytes signature(numbers.begin(), numbers.end());
  EXPECT_FALSE(verify_signature(algorithm::es384, *by, "sample", signature));
  EXPECT_EQ(verify_signature(algorithm::es384, *by, "Sample", signature), errc::bad_signature);
}

// The other form of an ECDSA signature, which other protocols use.
TEST(Signatures, of_ecdsa_in_der_are_refused) {
  const auto by = public_key(pair_for(algorithm::es256));
  const signed_text good{algorithm::es256};
  bytes der{0x30, 70, 0x02, 33, 0};
  der.insert(der.end(), good.signature.begin(), good.signature.begin() + 32);
  der.insert(der.end(), {0x02, 33, 0});
  der.insert(der.end(), good.signature.begin() + 32, good.signature.end());
  EXPECT_EQ(verify_signature(algorithm::es256, by, good.input, der), errc::bad_signature);
}

}  // namespace
}  // namespace latchkey::jose
