#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jwk.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <support/cases.hpp>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <map>
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
  const auto padded = std::string{good_jwk().at("n").as_string()} + "=";
  auto even = good_modulus();
  even.back() = static_cast<char>(even.back() & ~1);
  auto multiple_of_three = std::string(256, '\xFF');  // a multiple of 3 like every 2^(2k) - 1
  return {
      {"kty_absent", {{"kty", nullptr}}, errc::bad_jwk},
      {"kty_number", {{"kty", 1}}, errc::bad_jwk},
      {"kty_empty", {{"kty", ""}}, errc::bad_jwk},
      {"kty_oct", {{"kty", "oct"}}, errc::kty_not_supported},
      {"kty_akp", {{"kty", "AKP"}, {"alg", "ML-DSA-44"}}, errc::kty_not_supported},
      {"kty_ec_without_curve", {{"kty", "EC"}}, errc::bad_jwk},
      {"kty_in_lower_case", {{"kty", "rsa"}}, errc::kty_not_supported},
      {"use_enc", {{"use", "enc"}}, errc::key_use_not_sig},
      {"use_in_upper_case", {{"use", "SIG"}}, errc::key_use_not_sig},
      {"use_number", {{"use", 1}}, errc::bad_jwk},
      {"key_ops_encrypt", {{"key_ops", {"encrypt"}}}, errc::key_ops_without_verify},
      {"key_ops_text", {{"key_ops", "verify"}}, errc::bad_jwk},
      {"alg_hs256", {{"alg", "HS256"}}, errc::key_alg_not_supported},
      {"alg_es256", {{"alg", "ES256"}}, errc::key_alg_mismatch},
      {"alg_eddsa", {{"alg", "EdDSA"}}, errc::key_alg_mismatch},
      {"alg_in_lower_case", {{"alg", "rs256"}}, errc::key_alg_not_supported},
      {"alg_oaep", {{"alg", "RSA-OAEP"}}, errc::key_alg_not_supported},
      {"alg_none", {{"alg", "none"}}, errc::key_alg_not_supported},
      {"alg_array", {{"alg", {"RS256"}}}, errc::bad_jwk},
      {"kid_number", {{"kid", 1}}, errc::bad_jwk},
      {"private_d", {{"d", "AQAB"}}, errc::private_key_published},
      {"private_p", {{"p", "AQAB"}}, errc::private_key_published},
      {"private_qi", {{"qi", "AQAB"}}, errc::private_key_published},
      {"private_oth", {{"oth", {json::object{{"r", "AQAB"}}}}}, errc::private_key_published},
      {"private_d_number", {{"d", 1}}, errc::private_key_published},
      {"private_oth_text", {{"oth", "AQAB"}}, errc::private_key_published},
      {"private_without_kty", {{"kty", nullptr}, {"p", "AQAB"}}, errc::private_key_published},
      {"private_of_odd_kty", {{"kty", "rsa"}, {"d", "AQAB"}}, errc::private_key_published},
      {"n_absent", {{"n", nullptr}}, errc::bad_modulus},
      {"n_number", {{"n", 5}}, errc::bad_modulus},
      {"n_empty", {{"n", ""}}, errc::bad_modulus},
      {"n_zero", {{"n", "AA"}}, errc::bad_modulus},
      {"n_padded_to_no_multiple_of_four", {{"n", padded}}, errc::bad_modulus},
      {"n_of_padding", {{"n", "===="}}, errc::bad_modulus},
      {"n_of_zeros", {{"n", "AAAA"}}, errc::bad_modulus},
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
      {"e_past_2_to_32", {{"e", exponent("\x01\x00\x00\x00\x01"sv)}}, errc::bad_exponent},
      {"e_past_64_bits",
       {{"e", exponent("\x01\x00\x00\x00\x00\x00\x00\x00\x01"sv)}},
       errc::bad_exponent},
      {"e_padded", {{"e", "AQAB===="}}, errc::bad_exponent},
      {"e_number", {{"e", 65537}}, errc::bad_exponent},
  };
}

json::object changed(json::object jwk, const json::object& change) {
  for (const auto& member : change) {
    if (member.value().is_null()) {
      jwk.erase(member.key());
    } else {
      jwk[member.key()] = member.value();
    }
  }
  return jwk;
}

json::object changed(const json::object& change) {
  return changed(good_jwk(), change);
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
  EXPECT_EQ(made->content().algorithms, algorithm_set{algorithm::rs256});
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
    {"alg_rs512", {{"alg", "RS512"}}},
    {"alg_ps256", {{"alg", "PS256"}}},
    {"kid_absent", {{"kid", nullptr}}},
    {"key_ops_verify", {{"key_ops", {"verify"}}}},
    {"key_ops_with_verify", {{"key_ops", {"sign", "verify"}}}},
    {"use_jwt_svid", {{"use", "jwt-svid"}}},
    {"use_empty", {{"use", ""}}},
    {"alg_empty", {{"alg", ""}}},
    {"kid_empty", {{"kid", ""}}},
    {"key_ops_empty", {{"key_ops", json::array{}}}},
    {"d_empty", {{"d", ""}}},
    {"oth_empty", {{"oth", json::array{}}}},
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

// A member that is null says nothing, whichever it is.
TEST(Jwk, null_is_absent) {
  for (const auto* name :
       {"use", "alg", "kid", "key_ops", "d", "p", "q", "dp", "dq", "qi", "oth"}) {
    auto jwk = good_jwk();
    jwk[name] = nullptr;
    const auto made = parse_jwk(jwk);
    EXPECT_TRUE(made) << name << ' ' << reason(made.error());
  }
  for (const auto& [name, why] :
       {std::pair{"kty", errc::bad_jwk}, {"n", errc::bad_modulus}, {"e", errc::bad_exponent}}) {
    auto jwk = good_jwk();
    jwk[name] = nullptr;
    EXPECT_EQ(parse_jwk(jwk).error(), why) << name;
  }
}

struct spelled {
  std::string name;
  json::object change;
  std::vector<std::string_view> remarks;
};

std::vector<spelled> spelled_keys() {
  const std::string n{good_jwk().at("n").as_string()};
  const auto zeros = std::string(5, '\0') + good_modulus();
  return {
      {"as_specified", {}, {}},
      {"n_padded", {{"n", n + "=="}}, {"padding"}},
      {"n_leading_zero", {{"n", core::base64url_encode('\0' + good_modulus())}}, {"leading_zeros"}},
      {"n_leading_zeros", {{"n", core::base64url_encode(zeros)}}, {"leading_zeros"}},
      {"e_leading_zero", {{"e", "AAEAAQ"}}, {"leading_zeros"}},
      {"e_of_twelve_bytes", {{"e", "AAAAAAAAAAAAAQAB"}}, {"leading_zeros"}},
      {"e_leading_zero_padded", {{"e", "AAEAAQ=="}}, {"padding", "leading_zeros"}},
  };
}

TEST(Jwk, a_number_may_be_written_in_more_than_it_needs_which_is_noted) {
  for (const auto& one : spelled_keys()) {
    jwk_spelling spelling;
    const auto content = read_jwk(changed(one.change), &spelling);
    ASSERT_TRUE(content) << one.name << ' ' << reason(content.error());
    EXPECT_EQ(*content, *read_jwk(good_jwk())) << one.name;
    EXPECT_EQ(spelling.remarks(), one.remarks) << one.name;
  }
}

// A good JWK of each family on a curve, to be changed.
json::object curve_jwk(algorithm by) {
  static const auto made = [] {
    std::map<algorithm, json::object> all;
    for (const auto one : {algorithm::es256, algorithm::es384, algorithm::eddsa}) {
      all[one] = json::parse(signing_key::generate(one, "c").public_jwk()).as_object();
    }
    return all;
  }();
  return made.at(by);
}

std::string decoded(const json::value& member) {
  return *core::base64url_decode(std::string_view{member.as_string()});
}

struct refused_point {
  std::string name;
  algorithm by;
  json::object change;
  errc why;
};

std::vector<refused_point> refused_points() {
  const auto p256 = curve_jwk(algorithm::es256);
  const auto p384 = curve_jwk(algorithm::es384);
  const auto x = decoded(p256.at("x"));
  const auto text = [](std::string_view octets) { return core::base64url_encode(octets); };
  auto flipped = decoded(p256.at("y"));
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  const std::string past_the_field(32, '\xFF');
  return {
      {"ec_alg_rs256", algorithm::es256, {{"alg", "RS256"}}, errc::key_alg_mismatch},
      {"ec_alg_of_the_other_curve", algorithm::es256, {{"alg", "ES384"}}, errc::key_alg_mismatch},
      {"ec_alg_hs256", algorithm::es256, {{"alg", "HS256"}}, errc::key_alg_not_supported},
      {"ec_alg_ecdh", algorithm::es256, {{"alg", "ECDH-ES"}}, errc::key_alg_not_supported},
      {"ec_use_enc", algorithm::es256, {{"use", "enc"}}, errc::key_use_not_sig},
      {"ec_private", algorithm::es256, {{"d", p256.at("x")}}, errc::private_key_published},
      {"ec_crv_absent", algorithm::es256, {{"crv", nullptr}}, errc::bad_jwk},
      {"ec_crv_number", algorithm::es256, {{"crv", 256}}, errc::bad_jwk},
      {"ec_crv_in_lower_case", algorithm::es256, {{"crv", "p-256"}}, errc::curve_not_supported},
      {"ec_crv_p521", algorithm::es256, {{"crv", "P-521"}}, errc::curve_not_supported},
      {"ec_crv_secp256k1", algorithm::es256, {{"crv", "secp256k1"}}, errc::curve_not_supported},
      {"ec_crv_ed25519", algorithm::es256, {{"crv", "Ed25519"}}, errc::curve_not_supported},
      {"ec_numbers_of_the_other_curve",
       algorithm::es256,
       {{"crv", "P-384"}, {"alg", "ES384"}},
       errc::key_check_failed},
      {"ec_x_absent", algorithm::es256, {{"x", nullptr}}, errc::bad_point},
      {"ec_y_absent", algorithm::es256, {{"y", nullptr}}, errc::bad_point},
      {"ec_y_number", algorithm::es256, {{"y", 1}}, errc::bad_point},
      {"ec_x_empty", algorithm::es256, {{"x", ""}}, errc::bad_point},
      {"ec_x_padded",
       algorithm::es256,
       {{"x", std::string{p256.at("x").as_string()} + "=="}},
       errc::bad_point},
      {"ec_x_not_base64url", algorithm::es256, {{"x", std::string(43, '+')}}, errc::bad_point},
      {"ec_x_a_byte_longer", algorithm::es256, {{"x", text('\1' + x)}}, errc::bad_point},
      {"ec_x_a_byte_shorter", algorithm::es256, {{"x", text(x.substr(1))}}, errc::key_check_failed},
      {"ec_not_on_the_curve", algorithm::es256, {{"y", text(flipped)}}, errc::key_check_failed},
      {"ec_x_and_y_swapped",
       algorithm::es256,
       {{"x", p256.at("y")}, {"y", p256.at("x")}},
       errc::key_check_failed},
      {"ec_x_past_the_field",
       algorithm::es256,
       {{"x", text(past_the_field)}},
       errc::key_check_failed},
      {"ec_zero_is_no_point",
       algorithm::es256,
       {{"x", text(std::string(32, '\0'))}, {"y", text(std::string(32, '\0'))}},
       errc::key_check_failed},
      {"p384_alg_es256", algorithm::es384, {{"alg", "ES256"}}, errc::key_alg_mismatch},
      {"p384_not_on_the_curve",
       algorithm::es384,
       {{"x", p384.at("y")}, {"y", p384.at("x")}},
       errc::key_check_failed},
      {"okp_alg_es256", algorithm::eddsa, {{"alg", "ES256"}}, errc::key_alg_mismatch},
      {"okp_alg_ed448", algorithm::eddsa, {{"alg", "Ed448"}}, errc::key_alg_not_supported},
      {"okp_crv_x25519", algorithm::eddsa, {{"crv", "X25519"}}, errc::curve_not_supported},
      {"okp_crv_ed448", algorithm::eddsa, {{"crv", "Ed448"}}, errc::curve_not_supported},
      {"okp_crv_p256", algorithm::eddsa, {{"crv", "P-256"}}, errc::curve_not_supported},
      {"okp_private", algorithm::eddsa, {{"d", p256.at("x")}}, errc::private_key_published},
      {"okp_x_absent", algorithm::eddsa, {{"x", nullptr}}, errc::bad_point},
      {"okp_x_of_31_bytes", algorithm::eddsa, {{"x", text(std::string(31, 'x'))}}, errc::bad_point},
      {"okp_x_of_33_bytes", algorithm::eddsa, {{"x", text(std::string(33, 'x'))}}, errc::bad_point},
  };
}

TEST(Jwk, on_a_curve_what_is_not_usable_is_refused_and_says_why) {
  ERR_clear_error();
  for (const auto& one : refused_points()) {
    const auto made = parse_jwk(changed(curve_jwk(one.by), one.change));
    ASSERT_TRUE(made.has_error()) << one.name;
    EXPECT_EQ(reason(made.error()), reason(one.why)) << one.name;
  }
  EXPECT_EQ(ERR_peek_error(), 0U);
}

// A coordinate is a number: some write it without its leading zero bytes, or with one for the sign.
TEST(Jwk, a_coordinate_may_have_another_length_than_the_field_which_is_noted) {
  json::object short_x;
  // One point in 256 has an x that begins with a zero byte.
  for (;;) {
    short_x = json::parse(signing_key::generate(algorithm::es256, "c").public_jwk()).as_object();
    if (decoded(short_x.at("x")).front() == 0) break;
  }
  const auto x = decoded(short_x.at("x"));
  const auto y = decoded(short_x.at("y"));
  const auto whole = read_jwk(short_x);
  ASSERT_TRUE(whole);
  for (const auto& change : {json::object{{"x", core::base64url_encode(x.substr(1))}},
                             json::object{{"x", core::base64url_encode('\0' + x)}},
                             json::object{{"y", core::base64url_encode('\0' + y)}}}) {
    jwk_spelling spelling;
    const auto content = read_jwk(changed(short_x, change), &spelling);
    ASSERT_TRUE(content) << reason(content.error());
    EXPECT_EQ(*content, *whole);
    EXPECT_EQ(spelling.remarks(), std::vector<std::string_view>{"coordinate_length"});
  }
  jwk_spelling spelling;
  const auto padded = std::string{short_x.at("x").as_string()} + "=";
  EXPECT_EQ(*read_jwk(changed(short_x, {{"x", padded}}), &spelling), *whole);
  EXPECT_EQ(spelling.remarks(), std::vector<std::string_view>{"padding"});
}

// RFC 9864, and members that an EC key does not have.
TEST(Jwk, of_ed25519_may_state_its_algorithm_by_either_name) {
  const auto made = parse_jwk(changed(curve_jwk(algorithm::eddsa), {{"alg", "Ed25519"}}));
  ASSERT_TRUE(made) << reason(made.error());
  EXPECT_EQ(made->content().algorithms, algorithm_set{algorithm::eddsa});
  EXPECT_EQ(parse_jwk(changed(curve_jwk(algorithm::es256), {{"alg", "Ed25519"}})).error(),
            errc::key_alg_mismatch);
}

TEST(Jwk, of_a_curve_has_one_private_member) {
  const auto made = parse_jwk(changed(curve_jwk(algorithm::es256), {{"q", "AQAB"}, {"oth", "x"}}));
  EXPECT_TRUE(made) << reason(made.error());
}

TEST(Jwk, of_every_family_is_made_a_key_for_its_own_algorithms) {
  const struct {
    algorithm by;
    key_family family;
    std::size_t signature_size;
  } cases[] = {{algorithm::es256, key_family::p256, 64},
               {algorithm::es384, key_family::p384, 96},
               {algorithm::eddsa, key_family::ed25519, 64}};
  for (const auto& [by, family, size] : cases) {
    const auto alg = parse_jwk(curve_jwk(by));
    const auto silent = parse_jwk(changed(curve_jwk(by), {{"alg", nullptr}}));
    ASSERT_TRUE(alg && silent) << name_of(by);
    EXPECT_EQ(alg->family(), family);
    EXPECT_EQ(alg->signature_size(), size);
    EXPECT_EQ(alg->content().algorithms, algorithm_set{by});
    EXPECT_EQ(silent->content().algorithms, algorithm_set{by});
    EXPECT_TRUE(alg->modulus().empty());
    EXPECT_EQ(alg->exponent(), 0U);
    EXPECT_EQ(alg->modulus_bits(), 0U);
    EXPECT_EQ(alg->batch(), nullptr);
  }
}

TEST(Jwk, an_rsa_key_serves_the_algorithm_it_states_or_all_of_its_family) {
  const auto alg = parse_jwk(changed({{"alg", "PS384"}}));
  const auto silent = parse_jwk(changed({{"alg", nullptr}}));
  ASSERT_TRUE(alg && silent);
  EXPECT_EQ(alg->content().algorithms, algorithm_set{algorithm::ps384});
  EXPECT_EQ(silent->content().algorithms, algorithm_set::all_of(key_family::rsa));
  EXPECT_FALSE(alg->serves(algorithm::rs256));
  EXPECT_TRUE(silent->serves(algorithm::rs256));
  EXPECT_FALSE(silent->serves(algorithm::es256));
  // Batches are of RS256 only.
  EXPECT_EQ(alg->batch(), nullptr);
}

// The eight points of small order, by y and the sign of x, and then numbers past the field.
TEST(Jwk, points_of_ed25519_for_which_anybody_can_sign_are_refused) {
  const std::vector<std::string> points{
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  for (const auto& hex : points) {
    std::string point;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      point += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    for (const auto sign : {0, 0x80}) {
      auto signed_point = point;
      signed_point.back() = static_cast<char>(signed_point.back() | sign);
      const auto made = parse_jwk(
          changed(curve_jwk(algorithm::eddsa), {{"x", core::base64url_encode(signed_point)}}));
      ASSERT_TRUE(made.has_error()) << hex;
      EXPECT_EQ(reason(made.error()), "key_check_failed") << hex;
    }
  }
}

// A modulus of the generator of CVE-2017-15361, from the vectors.
TEST(Jwk, a_modulus_that_can_be_factored_is_refused) {
  LATCHKEY_NEEDS_VECTORS("vectors/wycheproof")
  const auto document = json::parse(
      support::read_file(support::vector_path("vectors/wycheproof/json_web_key_test.json")));
  int found = 0;
  for (const auto& group : document.at("testGroups").as_array()) {
    if (group.at("comment") != "jws_rsa_roca_key") continue;
    const auto made = parse_jwk(group.at("public").at("keys").at(0).as_object());
    ASSERT_TRUE(made.has_error());
    EXPECT_EQ(reason(made.error()), "weak_modulus");
    ++found;
  }
  EXPECT_EQ(found, 1);
}

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
    {"pyjwt_p256", "pyjwt/jwk_ec_pub_P-256.json", "usable"},
    {"pyjwt_p256_private", "pyjwt/jwk_ec_key_P-256.json", "private_key_published"},
    {"pyjwt_p384", "pyjwt/jwk_ec_pub_P-384.json", "usable"},
    {"pyjwt_p384_private", "pyjwt/jwk_ec_key_P-384.json", "private_key_published"},
    {"pyjwt_p521", "pyjwt/jwk_ec_pub_P-521.json", "curve_not_supported"},
    {"pyjwt_secp256k1", "pyjwt/jwk_ec_pub_secp256k1.json", "curve_not_supported"},
    {"pyjwt_ed25519", "pyjwt/jwk_okp_pub_Ed25519.json", "usable"},
    {"pyjwt_ed25519_private", "pyjwt/jwk_okp_key_Ed25519.json", "private_key_published"},
    {"pyjwt_ed448", "pyjwt/jwk_okp_pub_Ed448.json", "curve_not_supported"},
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
