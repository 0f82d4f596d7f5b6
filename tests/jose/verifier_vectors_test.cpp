// Attacks and tokens from the vectors.
#include "verifier_fixture.hpp"

namespace latchkey::jose {
namespace {

// What the attack vectors leave to the project, as decided in docs/token-rules.md.
const std::map<std::string, std::string> decisions{
    {"kid absent (single key set)", "accepted"},
    {"JWK no kid, token kid k1", "unknown_key"},
    {"JWK n padded b64", "accepted"},
    {"JWK n leading zero", "accepted"},
    {"JWK carries private d", "no_usable_key"},
    {"sub number", "bad_subject"},
};

// verify, with the signature checked on the path of the test.
class VerifierPaths : public SignaturePaths {
 protected:
  core::result<core::principal> judge_on_path(std::string_view text, const key_set& set,
                                              core::wall_time at) {
    const auto parsed = parse_token(text);
    if (!parsed) return parsed.error();
    const auto alg = check_header(*parsed, rs256);
    if (!alg) return alg.error();
    const auto by = set.choose(parsed->kid().value_or(""), *alg);
    if (!by) return by.error();
    if (const auto error = path.check(*alg, **by, parsed->signing_input(), parsed->signature())) {
      return error;
    }
    return check_claims(*parsed, rules, at);
  }
};

TEST_P(VerifierPaths, judge_every_attack_as_required) {
  LATCHKEY_NEEDS_VECTORS("vectors/attacks/jwt_cases.json")
  LATCHKEY_NEEDS_PATH(111)
  tally all;
  const auto document =
      json::parse(support::read_file(support::vector_path("vectors/attacks/jwt_cases.json")));
  const core::wall_time at{std::chrono::seconds{document.at("now").as_int64()}};
  std::map<std::string, int> counted;
  std::map<std::string, int> reasons;
  for (const auto& one : document.at("cases").as_array()) {
    const std::string name{one.at("name").as_string()};
    const std::string expected{one.at("expect").as_string()};
    const auto set = key_set::parse(json::serialize(one.at("jwks")));
    const std::string text{one.at("token").as_string()};
    const auto judged = set ? outcome(judge_on_path(text, **set, at)) : code(set.error());
    if (set) {
      EXPECT_EQ(outcome(verify(text, **set, rules, rs256, at)), judged) << name;
    }
    all.count(judged == "accepted");
    ++counted[expected];
    ++reasons[judged];
    if (expected == "policy") {
      ASSERT_TRUE(decisions.contains(name)) << name;
      EXPECT_EQ(judged, decisions.at(name)) << name;
    } else {
      EXPECT_EQ(judged == "accepted", expected == "accept") << name << ": " << judged;
      EXPECT_NE(judged, "internal_error") << name;
    }
  }
  report("attacks", all);
  EXPECT_EQ(counted, (std::map<std::string, int>{{"accept", 3}, {"reject", 102}, {"policy", 6}}));
  // Refused for what is wrong with them, and not by chance for something else.
  const std::map<std::string, int> expected_reasons{
      {"accepted", 6},         {"alg_not_allowed", 8},    {"audience_mismatch", 7},
      {"audience_missing", 1}, {"bad_audience", 4},       {"bad_base64url", 12},
      {"bad_exp", 11},         {"bad_issuer", 3},         {"bad_json", 9},
      {"bad_signature", 7},    {"bad_subject", 1},        {"cty_not_accepted", 1},
      {"duplicate_name", 3},   {"empty_part", 7},         {"exp_missing", 1},
      {"expired", 2},          {"header_not_object", 1},  {"issuer_mismatch", 5},
      {"issuer_missing", 1},   {"no_usable_key", 8},      {"key_alg_mismatch", 1},
      {"not_three_parts", 7},  {"payload_not_object", 2}, {"unknown_key", 3}};
  EXPECT_EQ(reasons, expected_reasons);
}

LATCHKEY_ON_ALL_PATHS(VerifierPaths);

// What stands between the first quotation mark of that line of a text and the last.
std::string quoted(const std::string& text, const std::string& line, char mark) {
  const auto start = text.find(mark, text.find(line)) + 1;
  const auto end = text.find('\n', start);
  return text.substr(start, text.rfind(mark, end) - start);
}

// A token from the corpus of another verifier, which does not name its key: the signature is good,
// but two keys of the set could have made it.
TEST(Verifier, a_good_signature_without_a_kid_is_not_enough_where_there_are_several_keys) {
  LATCHKEY_NEEDS_VECTORS("vectors/jwt_verify_lib/jwks_rsa.txt");
  const auto text = support::read_file(support::vector_path("vectors/jwt_verify_lib/jwks_rsa.txt"));
  const auto set = key_set::parse(quoted(text, "jwks:", '\''));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->size(), 2U);
  const auto token_text = quoted(text, "jwt:", '"');
  const auto parsed = parse_token(token_text);
  ASSERT_TRUE(parsed) << reason(parsed.error());
  const auto right = (*set)->find("b3319a147514df7ee5e4bcdee51350cc890cc89e");
  const auto wrong = (*set)->find("62a93512c9ee4c7f8067b5a216dade2763d32a47");
  ASSERT_TRUE(right && wrong);
  EXPECT_FALSE(check_signature(*parsed, *right));
  EXPECT_EQ(check_signature(*parsed, *wrong), errc::bad_signature);
  const claim_rules theirs{"https://example.com", {"example_service"}};
  EXPECT_EQ(outcome(verify(token_text, **set, theirs, rs256, now)), "kid_missing");
  EXPECT_EQ(outcome(check_claims(*parsed, theirs, now)), "accepted");
}

}  // namespace
}  // namespace latchkey::jose
