// Keys that name an issuer, for issuers that stand for several tenants.
#include "verifier_fixture.hpp"

namespace latchkey::jose {
namespace {

const std::string first_tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
const std::string second_tenant = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";

std::string of_tenant(const std::string& id) {
  return "https://login.example/" + id + "/v2.0";
}

// The key set with further members in its one key, or in each of several mentions of it.
std::string stating(const std::vector<json::object>& mentions) {
  json::array keys;
  for (const auto& more : mentions) {
    auto jwk = json::parse(support::issuer_key().public_jwk()).as_object();
    for (const auto& member : more) jwk[member.key()] = member.value();
    keys.push_back(std::move(jwk));
  }
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

TEST(Verifier, a_key_signs_for_the_tenant_that_it_names) {
  claim_rules several = rules;
  several.issuer = of_tenant("{tenantid}");
  several.tenants = {first_tenant, second_tenant};
  const auto token = support::issuer_key().sign_claims(
      support::claims_json({.issuer = of_tenant(first_tenant)}, {{"tid", first_tenant}}));
  struct {
    const char* name;
    std::vector<json::object> mentions;
    const char* outcome;
  } const cases[] = {
      {"says nothing", {{}}, "accepted"},
      {"null says nothing", {{{"issuer", nullptr}}}, "accepted"},
      {"its tenant", {{{"issuer", of_tenant(first_tenant)}}}, "accepted"},
      {"any tenant", {{{"issuer", of_tenant("{tenantid}")}}}, "accepted"},
      {"another tenant", {{{"issuer", of_tenant(second_tenant)}}}, "key_of_another_issuer"},
      {"an unlisted tenant",
       {{{"issuer", of_tenant("11111111-1111-4111-8111-111111111111")}}},
       "key_of_another_issuer"},
      {"another template",
       {{{"issuer", "https://other.example/{tenantid}/v2.0"}}},
       "key_of_another_issuer"},
      {"longer", {{{"issuer", of_tenant(first_tenant) + "/"}}}, "key_of_another_issuer"},
      {"in capitals",
       {{{"issuer", "HTTPS://login.example/" + first_tenant + "/v2.0"}}},
       "key_of_another_issuer"},
      {"two mentions, both another's",
       {{{"issuer", of_tenant(second_tenant)}}, {{"issuer", "https://other.example/"}}},
       "key_of_another_issuer"},
      {"two mentions, one its tenant",
       {{{"issuer", of_tenant(second_tenant)}}, {{"issuer", of_tenant(first_tenant)}}},
       "accepted"},
      {"a mention without does not widen",
       {{}, {{"issuer", of_tenant(second_tenant)}}},
       "key_of_another_issuer"},
      {"no text", {{{"issuer", 1}}}, "no_usable_key"},
      {"an empty text", {{{"issuer", ""}}}, "no_usable_key"},
      {"an empty list", {{{"issuer", json::array{}}}}, "no_usable_key"},
      {"a list", {{{"issuer", json::array{of_tenant(first_tenant)}}}}, "no_usable_key"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const auto set = key_set::parse(stating(one.mentions));
    EXPECT_EQ(set ? outcome(verify(token, **set, several, rs256, now)) : code(set.error()),
              one.outcome);
  }
}

TEST(Verifier, what_a_key_says_of_its_issuer_counts_with_tenants_only) {
  const auto set = key_set::parse(stating({{{"issuer", "https://other.example/"}}}));
  ASSERT_TRUE(set);
  EXPECT_EQ(outcome(verify(support::mint(), **set, rules, rs256, now)), "accepted");
}

TEST(Verifier, a_key_that_comes_to_name_another_issuer_is_another_key) {
  const auto before = key_set::parse(stating({{}}));
  const auto after =
      key_set::parse(stating({{{"issuer", of_tenant(first_tenant)}}}), {}, before->get());
  const auto same = key_set::parse(stating({{}}), {}, before->get());
  const auto identity = [](const auto& set) { return (*set)->find("k1")->identity(); };
  EXPECT_NE(identity(after), identity(before));
  EXPECT_EQ(identity(same), identity(before));
  EXPECT_FALSE((*after)->same_keys(**before));
}

}  // namespace
}  // namespace latchkey::jose
