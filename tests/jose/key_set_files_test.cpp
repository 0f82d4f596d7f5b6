// Key sets that are refused as a whole, and key sets from files.
#include "key_set_fixture.hpp"

namespace latchkey::jose {
namespace {

struct refused {
  std::string name;
  std::string text;
  errc why;
  key_set::limits limits = {};
};

const std::vector<refused> refused_sets{
    {"nothing", "", errc::bad_json},
    {"not_json", "<html>", errc::bad_json},
    {"array", "[]", errc::bad_key_set},
    {"keys_absent", "{}", errc::bad_key_set},
    {"keys_null", R"({"keys":null})", errc::bad_key_set},
    {"keys_object", R"({"keys":{}})", errc::bad_key_set},
    {"keys_twice", R"({"keys":[],"keys":[]})", errc::duplicate_name},
    {"member_of_a_key_twice", R"({"keys":[{"kty":"oct","kty":"RSA"}]})", errc::duplicate_name},
    {"no_key", R"({"keys":[]})", errc::no_usable_key},
    {"no_usable_key", R"({"keys":[{"kty":"EC"}]})", errc::no_usable_key},
    {"bytes", R"({"keys":[]})", errc::key_set_too_large, {.bytes = 10}},
    {"keys", R"({"keys":[1,2,3]})", errc::too_many_keys, {.keys = 2}},
    {"depth", R"({"keys":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]})", errc::json_too_large},
};

class RefusedKeySet : public testing::TestWithParam<refused> {};

TEST_P(RefusedKeySet, says_why) {
  const auto set = key_set::parse(GetParam().text, GetParam().limits);
  ASSERT_TRUE(set.has_error());
  EXPECT_EQ(reason(set.error()), reason(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(table, RefusedKeySet, testing::ValuesIn(refused_sets), support::case_name);

struct file {
  std::string name;
  std::string outcome;  // a reason, or the kids with a space after each
};

const std::vector<file> files{
    {"jwk_keyset_with_unknown_alg", "U1MayerhVuRj8xtFR8hyMH9lCfVMKlb3TG7mbQAS19M "},
    {"jwk_keyset_only_unknown_alg", "no_usable_key"},
    {"jwk_empty", "bad_json"},
};

class KeySetFiles : public testing::TestWithParam<file> {};

TEST_P(KeySetFiles, have_the_outcome_expected) {
  const auto path = "vectors/pyjwt/" + GetParam().name + ".json";
  LATCHKEY_NEEDS_VECTORS(path);
  const auto set = key_set::parse(support::read_file(support::vector_path(path)));
  std::string outcome;
  if (set) {
    for (const auto& kid : (*set)->kids()) outcome += kid + ' ';
  } else {
    outcome = reason(set.error());
  }
  EXPECT_EQ(outcome, GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, KeySetFiles, testing::ValuesIn(files), support::case_name);

}  // namespace
}  // namespace latchkey::jose
