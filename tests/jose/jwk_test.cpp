#include "jwk_fixture.hpp"

namespace latchkey::jose {
namespace {

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

TEST(Jwk, of_every_family_is_made_a_key_for_its_own_algorithms) {
  const struct {
    algorithm by;
    key_family family;
    std::size_t signature_size;
  } cases[] = {{algorithm::es256, key_family::p256, 64},
               {algorithm::es384, key_family::p384, 96},
               {algorithm::eddsa, key_family::ed25519, 64}};
  for (const auto& [by, family, size] : cases) {
    const auto stated = parse_jwk(curve_jwk(by));
    const auto silent = parse_jwk(changed(curve_jwk(by), {{"alg", nullptr}}));
    ASSERT_TRUE(stated && silent) << name_of(by);
    EXPECT_EQ(stated->family(), family);
    EXPECT_EQ(stated->signature_size(), size);
    EXPECT_EQ(stated->content().algorithms, algorithm_set{by});
    EXPECT_EQ(silent->content().algorithms, algorithm_set{by});
    EXPECT_TRUE(stated->modulus().empty());
    EXPECT_EQ(stated->exponent(), 0U);
    EXPECT_EQ(stated->modulus_bits(), 0U);
    EXPECT_EQ(stated->batch(), nullptr);
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

}  // namespace
}  // namespace latchkey::jose
