// The public test vectors, each on both paths. Counts are exact: a case that gets lost is a
// failure.
#include "signature_path.hpp"

#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jws.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/signature.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/vectors.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

namespace json = boost::json;
using bytes = std::vector<unsigned char>;

constexpr algorithm_set rs256{algorithm::rs256};

std::string_view text_of(const json::value& value) {
  const auto& text = value.as_string();
  return {text.data(), text.size()};
}

std::string_view text_in(const bytes& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

bytes from_hex(std::string_view hex) {
  bytes decoded;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    decoded.push_back(
        static_cast<unsigned char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return decoded;
}

json::value read(const std::string& path) {
  return json::parse(support::read_file(support::vector_path("vectors/" + path)));
}

class SignatureVectors : public SignaturePaths {
 protected:
  // Every case of a file of raw signatures, by the algorithm of its digest.
  tally judge_raw(const std::string& name, algorithm by_algorithm) {
    tally all;
    const auto document = read("wycheproof/" + name + "_test.json");
    for (const auto& group : document.at("testGroups").as_array()) {
      const auto by = parse_jwk(group.at("keyJwk").as_object());
      EXPECT_TRUE(by) << reason(by.error());
      if (!by) continue;
      for (const auto& one : group.at("tests").as_array()) {
        const auto message = from_hex(text_of(one.at("msg")));
        const auto signature = from_hex(text_of(one.at("sig")));
        const auto accepted = !path.check(by_algorithm, *by, text_in(message), signature);
        // "acceptable" are encodings without their NULL: not RFC 8017, and refused.
        EXPECT_EQ(accepted, one.at("result") == "valid") << name << ' ' << one.at("tcId");
        all.count(accepted);
      }
    }
    return all;
  }

  // A whole jws under a key of its own, where the issuer allows those algorithms.
  bool accepts(std::string_view text, const core::result<key>& by, algorithm_set allowed) {
    if (!by) return false;
    const auto parsed = parse_jws(text);
    if (!parsed) return false;
    const auto alg = algorithm_named(parsed->algorithm());
    if (!alg || !allowed.contains(*alg) || !by->serves(*alg)) return false;
    return !path.check(*alg, *by, parsed->signing_input(), parsed->signature());
  }
};

TEST_P(SignatureVectors, raw_rs256_of_wycheproof) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof")
  LATCHKEY_NEEDS_PATH(1034)
  tally all;
  for (const auto* bits : {"2048", "3072", "4096", "8192"}) {
    const auto part = judge_raw("rsa_signature_" + std::string{bits} + "_sha256", algorithm::rs256);
    all.accepted += part.accepted;
    all.refused += part.refused;
  }
  report("wycheproof rsa_signature sha256", all);
  EXPECT_EQ(all.accepted, 31);
  EXPECT_EQ(all.refused, 1003);
}

TEST_P(SignatureVectors, raw_rs384_and_rs512_of_wycheproof) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof")
  LATCHKEY_NEEDS_PATH(517)
  const auto sha384 = judge_raw("rsa_signature_2048_sha384", algorithm::rs384);
  report("wycheproof rsa_signature sha384", sha384);
  EXPECT_EQ(sha384.accepted, 7);
  EXPECT_EQ(sha384.refused, 251);
  const auto sha512 = judge_raw("rsa_signature_2048_sha512", algorithm::rs512);
  report("wycheproof rsa_signature sha512", sha512);
  EXPECT_EQ(sha512.accepted, 8);
  EXPECT_EQ(sha512.refused, 251);
}

// Signatures over other digests are no signatures over SHA-256.
TEST_P(SignatureVectors, raw_signatures_over_other_digests_are_no_rs256) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof")
  LATCHKEY_NEEDS_PATH(15)
  tally all;
  for (const auto* digest : {"384", "512"}) {
    const auto document =
        read("wycheproof/rsa_signature_2048_sha" + std::string{digest} + "_test.json");
    for (const auto& group : document.at("testGroups").as_array()) {
      auto jwk = group.at("keyJwk").as_object();
      jwk["alg"] = "RS256";
      const auto by = parse_jwk(jwk);
      ASSERT_TRUE(by) << reason(by.error());
      for (const auto& one : group.at("tests").as_array()) {
        if (one.at("result") != "valid") continue;
        const auto message = from_hex(text_of(one.at("msg")));
        all.count(
            !path.check(algorithm::rs256, *by, text_in(message), from_hex(text_of(one.at("sig")))));
      }
    }
  }
  report("wycheproof other digests", all);
  EXPECT_EQ(all.accepted, 0);
  EXPECT_EQ(all.refused, 15);
}

// The 318 cases of an RSA key, where only RS256 is allowed.
TEST_P(SignatureVectors, jws_of_wycheproof_where_rs256_is_allowed) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof")
  LATCHKEY_NEEDS_PATH(318)
  tally rs256_keys;
  tally all;
  const auto document = read("wycheproof/json_web_signature_test.json");
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto* jwk = group.as_object().if_contains("public");
    if (jwk == nullptr || jwk->at("kty") != "RSA") continue;
    const auto* alg = jwk->as_object().if_contains("alg");
    const auto is_rs256 = alg == nullptr || *alg == "RS256";
    const auto by = parse_jwk(jwk->as_object());
    for (const auto& one : group.at("tests").as_array()) {
      const auto accepted = accepts(text_of(one.at("jws")), by, rs256);
      EXPECT_EQ(accepted, is_rs256 && one.at("result") == "valid") << one.at("tcId");
      all.count(accepted);
      if (is_rs256) rs256_keys.count(accepted);
    }
  }
  report("wycheproof json_web_signature, RSA keys, RS256 allowed", all);
  EXPECT_EQ(all.accepted, 8);
  EXPECT_EQ(all.refused, 310);
  EXPECT_EQ(rs256_keys.refused, 227);
}

// The cases marked valid that are refused even where everything is allowed.
const std::map<std::int64_t, std::string_view> refused_though_valid{
    {1, "HS256"},
    {346, "the key states PS256, the token is PS384"},
    {347, "ES512 on P-521"},
    {348, "HS256"},
    {350, "the key states PS256, the token is PS384"},
    {351, "ES512 on P-521"},
    {352, "HS256"},
    {357, "HS256"},
    {358, "HS256"},
    {359, "HS256"},
    {372, "HS256, and '?' is not base64url"},
    {373, "HS256, and '?' is not base64url"},
    {376, "HS256"},
    {377, "HS256"},
};

TEST_P(SignatureVectors, jws_of_wycheproof_where_everything_is_allowed) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof")
  LATCHKEY_NEEDS_PATH(401)
  tally all;
  std::map<std::string, int> accepted_by;
  std::set<std::int64_t> differences;
  const auto document = read("wycheproof/json_web_signature_test.json");
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto* with_public_half = group.as_object().if_contains("public");
    const auto& jwk = with_public_half != nullptr ? *with_public_half : group.at("private");
    const auto by = parse_jwk(jwk.as_object());
    for (const auto& one : group.at("tests").as_array()) {
      const auto text = text_of(one.at("jws"));
      const auto accepted = accepts(text, by, algorithm_set::all());
      all.count(accepted);
      if (accepted) ++accepted_by[std::string{parse_jws(text)->algorithm()}];
      const auto number = one.at("tcId").as_int64();
      if (accepted == (one.at("result") == "valid")) continue;
      differences.insert(number);
      EXPECT_TRUE(!accepted && refused_though_valid.contains(number)) << number;
    }
  }
  report("wycheproof json_web_signature, everything allowed", all);
  EXPECT_EQ(differences.size(), refused_though_valid.size());
  EXPECT_EQ(all.accepted, 32);
  EXPECT_EQ(all.refused, 369);
  const std::map<std::string, int> expected{{"ES256", 2}, {"PS256", 6}, {"PS384", 4}, {"PS512", 4},
                                            {"RS256", 8}, {"RS384", 4}, {"RS512", 4}};
  EXPECT_EQ(accepted_by, expected);
}

// What a key set of the file comes to: the kids in it, or why there is none.
std::string kids_of(const core::result<std::shared_ptr<const key_set>>& set) {
  if (!set) return std::string{reason(set.error())};
  std::string text;
  for (const auto& kid : (*set)->kids()) text += (text.empty() ? "" : " ") + kid;
  return text;
}

// Where a group has no public half, its keys are symmetric or mixed with such, and read as they
// are.
TEST_P(SignatureVectors, json_web_key_of_wycheproof) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof")
  LATCHKEY_NEEDS_PATH(26)
  tally all;
  std::set<std::int64_t> accepted_cases;
  std::map<std::string, int> sets;
  const auto document = read("wycheproof/json_web_key_test.json");
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto* with_public_half = group.as_object().if_contains("public");
    const auto& keys = with_public_half != nullptr ? *with_public_half : group.at("private");
    const auto set = key_set::parse(json::serialize(keys));
    ++sets[kids_of(set)];
    for (const auto& one : group.at("tests").as_array()) {
      const auto parsed = parse_jws(text_of(one.at("jws")));
      const auto alg = parsed ? algorithm_named(parsed->algorithm()) : std::nullopt;
      const auto by = alg && set ? (*set)->choose(parsed->kid().value_or(""), *alg)
                                 : core::result<std::shared_ptr<const key>>{errc::unknown_key};
      const auto accepted =
          by && !path.check(*alg, **by, parsed->signing_input(), parsed->signature());
      all.count(accepted);
      if (accepted) accepted_cases.insert(one.at("tcId").as_int64());
    }
  }
  report("wycheproof json_web_key", all);
  // 2, 13, 14 and 15 are valid too, but HMAC.
  EXPECT_THAT(accepted_cases, testing::ElementsAre(5));
  EXPECT_EQ(all.refused, 25);
  const std::map<std::string, int> expected{
      {"kid-ec-sign", 1}, {"kid-rsa-sign", 1}, {"no_usable_key", 23}};
  EXPECT_EQ(sets, expected);
}

struct cookbook {
  std::string name;
  std::string file;
  int accepted;
  int accepted_with_ps384;
};

const std::vector<cookbook> recipes{
    {"rs256", "jws/4_1.rsa_v15_signature.json", 1, 1},
    {"ps384", "jws/4_2.rsa-pss_signature.json", 0, 1},
    {"hs256", "jws/4_4.hmac-sha2_integrity_protection.json", 0, 0},
    {"detached", "jws/4_5.signature_with_detached_content.json", 0, 0},
    {"partly_protected_header", "jws/4_6.protecting_specific_header_fields.json", 0, 0},
    {"unprotected_header", "jws/4_7.protecting_content_only.json", 0, 0},
    {"many_signatures", "jws/4_8.multiple_signatures.json", 0, 0},
    {"unencoded_payload", "rfc7797/4.2.hmac-sha2_b64_false.json", 0, 0},
    {"unencoded_payload_attached", "rfc7797/hmac-sha2_b64_false.json", 0, 0},
    {"compressed_jwe", "jwe/5_9.compressed_content.json", 0, 0},
    {"nested", "6.nesting_signatures_and_encryption.json", 0, 0},
};

// Every text form that a recipe gives, of its outer and inner parts.
std::vector<std::string> outputs_of(const json::value& recipe) {
  std::vector<std::string> all;
  for (const auto& part : recipe.as_object()) {
    const auto& within = part.key() == "output" ? recipe : part.value();
    const auto* output = within.is_object() ? within.as_object().if_contains("output") : nullptr;
    if (output == nullptr) continue;
    for (const auto& form : output->as_object()) {
      all.push_back(form.value().is_string() ? std::string{text_of(form.value())}
                                             : json::serialize(form.value()));
    }
  }
  return all;
}

// Every text form that a recipe of RFC 7520 gives, under the RSA key of the book: only 4.1 in
// compact form is a token for us, and 4.2 where PS384 is allowed.
TEST_P(SignatureVectors, recipes_of_rfc_7520) {
  LATCHKEY_NEEDS_VECTORS("vectors/rfc7520-cookbook")
  LATCHKEY_NEEDS_PATH(recipes.size())
  const auto by = parse_jwk(read("rfc7520-cookbook/jwk/3_3.rsa_public_key.json").as_object());
  ASSERT_TRUE(by) << reason(by.error());
  tally all;
  for (const auto& recipe : recipes) {
    const auto document = read("rfc7520-cookbook/" + recipe.file);
    int accepted = 0;
    int with_ps384 = 0;
    for (const auto& text : outputs_of(document)) {
      accepted += accepts(text, by, rs256) ? 1 : 0;
      const auto wider = accepts(text, by, algorithm_set::all());
      with_ps384 += wider ? 1 : 0;
      all.count(wider);
    }
    EXPECT_EQ(accepted, recipe.accepted) << recipe.name;
    EXPECT_EQ(with_ps384, recipe.accepted_with_ps384) << recipe.name;
  }
  report("rfc 7520, everything allowed", all);
  EXPECT_EQ(all.accepted, 2);
}

LATCHKEY_ON_ALL_PATHS(SignatureVectors);

}  // namespace
}  // namespace latchkey::jose
