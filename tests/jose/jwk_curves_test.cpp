// Keys on curves.
#include "jwk_fixture.hpp"

namespace latchkey::jose {
namespace {

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

}  // namespace
}  // namespace latchkey::jose
