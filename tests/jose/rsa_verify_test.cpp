#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jws.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/rsa_verify.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <support/cases.hpp>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::jose {
namespace {

namespace json = boost::json;
using bytes = std::vector<unsigned char>;

std::string_view text_of(const json::value& value) {
  const auto& text = value.as_string();
  return {text.data(), text.size()};
}

bytes from_hex(std::string_view hex) {
  bytes decoded;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    decoded.push_back(
        static_cast<unsigned char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return decoded;
}

key public_key(const signing_key& pair) {
  return *parse_jwk(json::parse(pair.public_jwk()).as_object());
}

// What a token signed by a pair has to verify.
struct signed_text {
  explicit signed_text(const signing_key& pair = support::issuer_key())
      : token{pair.sign(R"({"alg":"RS256"})", "payload")},
        input{token.substr(0, token.rfind('.'))} {
    const auto parsed = parse_jws(token);
    signature.assign(parsed->signature().begin(), parsed->signature().end());
  }

  std::string token;
  std::string input;
  bytes signature;
};

TEST(RsaVerify, takes_the_keys_own_signature_again_and_again) {
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(verify_rs256(by, good.input, good.signature));
}

TEST(RsaVerify, refuses_a_signature_with_any_byte_changed) {
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  for (std::size_t at = 0; at < good.signature.size(); at += 15) {
    auto changed = good.signature;
    changed[at] ^= 1;
    EXPECT_EQ(verify_rs256(by, good.input, changed), errc::bad_signature) << at;
  }
  // And is none the worse for it.
  EXPECT_FALSE(verify_rs256(by, good.input, good.signature));
}

TEST(RsaVerify, refuses_another_text) {
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  EXPECT_EQ(verify_rs256(by, good.input + 'x', good.signature), errc::bad_signature);
  EXPECT_EQ(verify_rs256(by, "", good.signature), errc::bad_signature);
}

TEST(RsaVerify, refuses_another_key) {
  const auto other = public_key(support::second_key());
  const signed_text good;
  EXPECT_EQ(verify_rs256(other, good.input, good.signature), errc::bad_signature);
}

TEST(RsaVerify, refuses_every_length_but_that_of_the_modulus) {
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  auto longer = good.signature;
  longer.push_back(0);
  auto zero_first = good.signature;
  zero_first.insert(zero_first.begin(), 0);
  const bytes shorter(good.signature.begin(), good.signature.end() - 1);
  for (const auto& wrong : {longer, zero_first, shorter, bytes{}}) {
    EXPECT_EQ(verify_rs256(by, good.input, wrong), errc::bad_signature) << wrong.size();
  }
}

TEST(RsaVerify, refuses_numbers_that_are_not_below_the_modulus) {
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  const bytes modulus(by.modulus().begin(), by.modulus().end());
  EXPECT_EQ(verify_rs256(by, good.input, modulus), errc::bad_signature);
  EXPECT_EQ(verify_rs256(by, good.input, bytes(256, 0xFF)), errc::bad_signature);
  EXPECT_EQ(verify_rs256(by, good.input, bytes(256, 0)), errc::bad_signature);
}

// A failure left in the queue would be read as a failure of the next TLS operation on the thread.
TEST(RsaVerify, leaves_the_error_queue_as_it_was) {
  ERR_clear_error();
  const auto by = public_key(support::issuer_key());
  const signed_text good;
  EXPECT_TRUE(verify_rs256(by, good.input, bytes(256, 0xFF)).failed());
  EXPECT_EQ(ERR_peek_error(), 0U);
  ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
  EXPECT_TRUE(verify_rs256(by, good.input, bytes(256, 0xFF)).failed());
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), ERR_R_INTERNAL_ERROR);
  EXPECT_EQ(ERR_get_error(), 0U);
}

// More keys than a thread prepares, used in turn, while their predecessors are gone: what was
// prepared for one is never used for another.
TEST(RsaVerify, never_takes_one_key_for_another) {
  const signed_text first{support::issuer_key()};
  const signed_text second{support::second_key()};
  for (int i = 0; i < 100; ++i) {
    const auto is_first = i % 3 != 0;
    const auto by = public_key(is_first ? support::issuer_key() : support::second_key());
    EXPECT_EQ(verify_rs256(by, first.input, first.signature).failed(), !is_first) << i;
    EXPECT_EQ(verify_rs256(by, second.input, second.signature).failed(), is_first) << i;
  }
}

TEST(RsaVerify, many_keys_at_a_time_keep_apart) {
  std::vector<key> keys;
  for (int i = 0; i < 40; ++i) {
    keys.push_back(public_key(i % 2 == 0 ? support::issuer_key() : support::second_key()));
  }
  const signed_text good;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      EXPECT_EQ(verify_rs256(keys[i], good.input, good.signature).failed(), i % 2 != 0) << i;
    }
  }
}

TEST(RsaVerify, threads_may_share_a_key) {
  const auto by = std::make_shared<const key>(public_key(support::issuer_key()));
  const signed_text good;
  std::atomic<int> right{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&right, &good, by] {
      for (int turn = 0; turn < 50; ++turn) {
        auto changed = good.signature;
        changed.back() ^= 1;
        if (!verify_rs256(*by, good.input, good.signature) &&
            verify_rs256(*by, good.input, changed) == errc::bad_signature) {
          ++right;
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 4 * 50);
}

struct tally {
  int accepted = 0;
  int refused = 0;
};

// Every case of one file of signatures over SHA-256.
tally check_file(const std::string& path) {
  tally counted;
  const auto document = json::parse(support::read_file(support::vector_path(path)));
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto by = parse_jwk(group.at("keyJwk").as_object());
    EXPECT_TRUE(by) << reason(by.error());
    if (!by) continue;
    for (const auto& one : group.at("tests").as_array()) {
      const auto message = from_hex(text_of(one.at("msg")));
      const auto accepted =
          !verify_rs256(*by, {reinterpret_cast<const char*>(message.data()), message.size()},
                        from_hex(text_of(one.at("sig"))));
      // "acceptable" are encodings without their NULL: not RFC 8017, and refused.
      EXPECT_EQ(accepted, one.at("result") == "valid") << path << ' ' << one.at("tcId");
      ++(accepted ? counted.accepted : counted.refused);
    }
  }
  return counted;
}

TEST(RsaVerify, judges_the_raw_signatures_of_wycheproof) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof");
  tally all;
  for (const auto* size : {"2048", "3072", "4096", "8192"}) {
    const auto part =
        check_file("vectors/wycheproof/rsa_signature_" + std::string{size} + "_sha256_test.json");
    all.accepted += part.accepted;
    all.refused += part.refused;
  }
  EXPECT_EQ(all.accepted, 31);
  EXPECT_EQ(all.refused, 1003);
}

// Signatures over other digests are no signatures over SHA-256.
TEST(RsaVerify, refuses_the_signatures_over_other_digests) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof");
  int refused = 0;
  for (const auto* digest : {"384", "512"}) {
    const auto document = json::parse(support::read_file(support::vector_path(
        "vectors/wycheproof/rsa_signature_2048_sha" + std::string{digest} + "_test.json")));
    for (const auto& group : document.at("testGroups").as_array()) {
      auto jwk = group.at("keyJwk").as_object();
      jwk["alg"] = "RS256";
      const auto by = parse_jwk(jwk);
      ASSERT_TRUE(by) << reason(by.error());
      for (const auto& one : group.at("tests").as_array()) {
        if (one.at("result") != "valid") continue;
        const auto message = from_hex(text_of(one.at("msg")));
        EXPECT_EQ(verify_rs256(*by, {reinterpret_cast<const char*>(message.data()), message.size()},
                               from_hex(text_of(one.at("sig")))),
                  errc::bad_signature);
        ++refused;
      }
    }
  }
  EXPECT_GE(refused, 14);
}

// A whole jws with a key of its own: what the wycheproof file and the cookbook are made of.
bool accepts(std::string_view text, const json::object& jwk) {
  const auto by = parse_jwk(jwk);
  if (!by) return false;
  const auto parsed = parse_jws(text);
  if (!parsed || parsed->algorithm() != "RS256") return false;
  return !verify_rs256(*by, parsed->signing_input(), parsed->signature());
}

TEST(RsaVerify, judges_the_jws_of_wycheproof) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof");
  const auto document = json::parse(
      support::read_file(support::vector_path("vectors/wycheproof/json_web_signature_test.json")));
  tally rsa;
  tally other;
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto* jwk = group.as_object().if_contains("public");
    if (jwk == nullptr) continue;  // symmetric keys have no public half
    const auto* alg = jwk->as_object().if_contains("alg");
    const auto rs256 = jwk->at("kty") == "RSA" && (alg == nullptr || *alg == "RS256");
    for (const auto& one : group.at("tests").as_array()) {
      const auto accepted = accepts(text_of(one.at("jws")), jwk->as_object());
      EXPECT_EQ(accepted, rs256 && one.at("result") == "valid") << one.at("tcId");
      auto& counted = rs256 ? rsa : other;
      ++(accepted ? counted.accepted : counted.refused);
    }
  }
  EXPECT_EQ(rsa.accepted, 8);
  EXPECT_EQ(rsa.refused, 227);
  EXPECT_EQ(other.accepted, 0);
  EXPECT_GE(other.refused, 83);
}

struct cookbook {
  std::string name;
  std::string file;
  bool accepted;
};

const std::vector<cookbook> recipes{
    {"rs256", "jws/4_1.rsa_v15_signature.json", true},
    {"ps384", "jws/4_2.rsa-pss_signature.json", false},
    {"hs256", "jws/4_4.hmac-sha2_integrity_protection.json", false},
    {"detached", "jws/4_5.signature_with_detached_content.json", false},
    {"partly_protected_header", "jws/4_6.protecting_specific_header_fields.json", false},
    {"unprotected_header", "jws/4_7.protecting_content_only.json", false},
    {"many_signatures", "jws/4_8.multiple_signatures.json", false},
};

class Cookbook : public testing::TestWithParam<cookbook> {};

// Every text form that a recipe of RFC 7520 gives, under the RSA key of the book: only 4.1 in
// compact form is a token for us.
TEST_P(Cookbook, is_judged) {
  LATCHKEY_NEEDS_VECTORS("vectors/rfc7520-cookbook");
  const auto folder = support::vector_path("vectors/rfc7520-cookbook");
  const auto jwk = json::parse(support::read_file(folder / "jwk/3_3.rsa_public_key.json"));
  const auto recipe = json::parse(support::read_file(folder / GetParam().file));
  int accepted = 0;
  for (const auto& form : recipe.at("output").as_object()) {
    const auto text = form.value().is_string() ? std::string{text_of(form.value())}
                                               : json::serialize(form.value());
    accepted += accepts(text, jwk.as_object()) ? 1 : 0;
  }
  EXPECT_EQ(accepted, GetParam().accepted ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(table, Cookbook, testing::ValuesIn(recipes), support::case_name);

}  // namespace
}  // namespace latchkey::jose
