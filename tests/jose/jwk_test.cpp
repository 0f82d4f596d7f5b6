#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jwk.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <support/cases.hpp>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

json::object good_jwk() {
  return json::parse(support::issuer_key().public_jwk()).as_object();
}

std::string good_modulus() {
  const auto jwk = good_jwk();
  return *core::base64url_decode(std::string_view{jwk.at("n").as_string()});
}

// A modulus of that many bits which is odd, and of which nothing else is known.
std::string modulus_of(std::size_t bits) {
  std::string bytes((bits + 7) / 8, '\x5B');
  bytes.front() = static_cast<char>(1 << ((bits - 1) % 8));
  return core::base64url_encode(bytes);
}

std::string exponent(std::string_view bytes) {
  return core::base64url_encode(bytes);
}

using namespace std::string_view_literals;

// What is changed in a good JWK; a member set to null is taken out.
struct refused {
  std::string name;
  json::object change;
  errc why;
};

std::vector<refused> refused_keys() {
  const auto padded = std::string{good_jwk().at("n").as_string()} + "==";
  const auto leading_zero = core::base64url_encode('\0' + good_modulus());
  auto even = good_modulus();
  even.back() = static_cast<char>(even.back() & ~1);
  auto multiple_of_three = std::string(256, '\xFF');  // a multiple of 3 like every 2^(2k) - 1
  return {
      {"kty_absent", {{"kty", nullptr}}, errc::bad_jwk},
      {"kty_number", {{"kty", 1}}, errc::bad_jwk},
      {"kty_empty", {{"kty", ""}}, errc::bad_jwk},
      {"kty_oct", {{"kty", "oct"}}, errc::kty_not_supported},
      {"kty_ec", {{"kty", "EC"}}, errc::kty_not_supported},
      {"kty_in_lower_case", {{"kty", "rsa"}}, errc::kty_not_supported},
      {"use_enc", {{"use", "enc"}}, errc::key_use_not_sig},
      {"use_empty", {{"use", ""}}, errc::key_use_not_sig},
      {"use_in_upper_case", {{"use", "SIG"}}, errc::key_use_not_sig},
      {"use_number", {{"use", 1}}, errc::bad_jwk},
      {"key_ops_encrypt", {{"key_ops", {"encrypt"}}}, errc::key_ops_without_verify},
      {"key_ops_empty", {{"key_ops", json::array{}}}, errc::key_ops_without_verify},
      {"key_ops_text", {{"key_ops", "verify"}}, errc::bad_jwk},
      {"alg_rs512", {{"alg", "RS512"}}, errc::key_alg_not_supported},
      {"alg_ps256", {{"alg", "PS256"}}, errc::key_alg_not_supported},
      {"alg_oaep", {{"alg", "RSA-OAEP"}}, errc::key_alg_not_supported},
      {"alg_none", {{"alg", "none"}}, errc::key_alg_not_supported},
      {"alg_empty", {{"alg", ""}}, errc::key_alg_not_supported},
      {"alg_array", {{"alg", {"RS256"}}}, errc::bad_jwk},
      {"kid_number", {{"kid", 1}}, errc::bad_jwk},
      {"private_d", {{"d", "AQAB"}}, errc::private_key_published},
      {"private_p", {{"p", "AQAB"}}, errc::private_key_published},
      {"private_qi", {{"qi", "AQAB"}}, errc::private_key_published},
      {"private_oth", {{"oth", json::array{}}}, errc::private_key_published},
      {"n_absent", {{"n", nullptr}}, errc::bad_modulus},
      {"n_number", {{"n", 5}}, errc::bad_modulus},
      {"n_empty", {{"n", ""}}, errc::bad_modulus},
      {"n_zero", {{"n", "AA"}}, errc::bad_modulus},
      {"n_padded", {{"n", padded}}, errc::bad_modulus},
      {"n_leading_zero", {{"n", leading_zero}}, errc::bad_modulus},
      {"n_even", {{"n", core::base64url_encode(even)}}, errc::bad_modulus},
      {"n_not_base64url", {{"n", "????"}}, errc::bad_modulus},
      {"n_512_bits", {{"n", modulus_of(512)}}, errc::modulus_too_small},
      {"n_1024_bits", {{"n", modulus_of(1024)}}, errc::modulus_too_small},
      {"n_2047_bits", {{"n", modulus_of(2047)}}, errc::modulus_too_small},
      {"n_8193_bits", {{"n", modulus_of(8193)}}, errc::modulus_too_large},
      {"n_16384_bits", {{"n", modulus_of(16384)}}, errc::modulus_too_large},
      {"n_has_a_small_factor",
       {{"n", core::base64url_encode(multiple_of_three)}},
       errc::key_check_failed},
      {"e_absent", {{"e", nullptr}}, errc::bad_exponent},
      {"e_empty", {{"e", ""}}, errc::bad_exponent},
      {"e_zero", {{"e", exponent("\0"sv)}}, errc::bad_exponent},
      {"e_one", {{"e", exponent("\x01")}}, errc::bad_exponent},
      {"e_two", {{"e", exponent("\x02")}}, errc::bad_exponent},
      {"e_even", {{"e", exponent("\x01\x00\x00"sv)}}, errc::bad_exponent},
      {"e_leading_zero", {{"e", exponent("\x00\x01\x00\x01"sv)}}, errc::bad_exponent},
      {"e_past_2_to_32", {{"e", exponent("\x01\x00\x00\x00\x01"sv)}}, errc::bad_exponent},
      {"e_past_64_bits",
       {{"e", exponent("\x01\x00\x00\x00\x00\x00\x00\x00\x01"sv)}},
       errc::bad_exponent},
      {"e_padded", {{"e", "AQAB===="}}, errc::bad_exponent},
      {"e_number", {{"e", 65537}}, errc::bad_exponent},
  };
}

json::object changed(const json::object& change) {
  auto jwk = good_jwk();
  for (const auto& member : change) {
    if (member.value().is_null()) {
      jwk.erase(member.key());
    } else {
      jwk[member.key()] = member.value();
    }
  }
  return jwk;
}

TEST(Jwk, what_is_not_usable_is_refused_and_says_why) {
  for (const auto& one : refused_keys()) {
    const auto made = parse_jwk(changed(one.change));
    ASSERT_TRUE(made.has_error()) << one.name;
    EXPECT_EQ(reason(made.error()), reason(one.why)) << one.name;
  }
}

TEST(Jwk, an_unchanged_key_is_usable) {
  const auto made = parse_jwk(good_jwk());
  ASSERT_TRUE(made) << reason(made.error());
  EXPECT_EQ(made->kid(), "k1");
  EXPECT_EQ(made->algorithm(), "RS256");
  EXPECT_EQ(made->modulus_bits(), 2048U);
  EXPECT_EQ(made->modulus().size(), 256U);
  EXPECT_EQ(std::string(made->modulus().begin(), made->modulus().end()), good_modulus());
  EXPECT_EQ(made->exponent(), 65537U);
  EXPECT_NE(made->native(), nullptr);
}

struct usable {
  std::string name;
  json::object change;
};

const std::vector<usable> usable_keys{
    {"use_absent", {{"use", nullptr}}},
    {"alg_absent", {{"alg", nullptr}}},
    {"kid_absent", {{"kid", nullptr}}},
    {"key_ops_verify", {{"key_ops", {"verify"}}}},
    {"key_ops_with_verify", {{"key_ops", {"sign", "verify"}}}},
    {"unknown_members", {{"x5t", "abc"}, {"x5c", json::array{"abc"}}, {"my", 1}}},
    {"e_three", {{"e", "Aw"}}},
    {"e_just_below_2_to_32", {{"e", core::base64url_encode("\xFF\xFF\xFF\xFF")}}},
};

class UsableJwk : public testing::TestWithParam<usable> {};

TEST_P(UsableJwk, is_made_a_key) {
  const auto made = parse_jwk(changed(GetParam().change));
  EXPECT_TRUE(made) << reason(made.error());
}

INSTANTIATE_TEST_SUITE_P(table, UsableJwk, testing::ValuesIn(usable_keys), support::case_name);

TEST(Jwk, two_keys_have_two_identities_even_of_the_same_numbers) {
  const auto first = parse_jwk(good_jwk());
  const auto second = parse_jwk(good_jwk());
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->identity(), second->identity());
  EXPECT_EQ(first->content(), second->content());
  const auto other = parse_jwk(json::parse(support::second_key().public_jwk()).as_object());
  ASSERT_TRUE(other);
  EXPECT_NE(first->content(), other->content());
}

struct file {
  std::string name;
  std::string path;
  std::string outcome;  // a reason, or "usable"
};

const std::vector<file> files{
    {"pyjwt_rsa_public", "pyjwt/jwk_rsa_pub.json", "usable"},
    {"pyjwt_rsa_private", "pyjwt/jwk_rsa_key.json", "private_key_published"},
    {"pyjwt_ec", "pyjwt/jwk_ec_pub_P-256.json", "kty_not_supported"},
    {"pyjwt_okp", "pyjwt/jwk_okp_pub_Ed25519.json", "kty_not_supported"},
    {"pyjwt_hmac", "pyjwt/jwk_hmac.json", "kty_not_supported"},
    {"cookbook_public", "rfc7520-cookbook/jwk/3_3.rsa_public_key.json", "usable"},
    {"cookbook_private", "rfc7520-cookbook/jwk/3_4.rsa_private_key.json", "private_key_published"},
};

class JwkFiles : public testing::TestWithParam<file> {};

TEST_P(JwkFiles, have_the_outcome_expected) {
  LATCHKEY_NEEDS_VECTORS("vectors/" + GetParam().path);
  const auto text = support::read_file(support::vector_path("vectors/" + GetParam().path));
  const auto made = parse_jwk(json::parse(text).as_object());
  EXPECT_EQ(made ? "usable" : reason(made.error()), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, JwkFiles, testing::ValuesIn(files), support::case_name);

}  // namespace
}  // namespace latchkey::jose
