// Keys from files, and what keys serve.
#include "jwk_fixture.hpp"

namespace latchkey::jose {
namespace {

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
