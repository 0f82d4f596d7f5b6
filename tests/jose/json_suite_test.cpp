// JSONTestSuite where strangers' JSON comes in: as header, as payload and as key set. The parser
// alone is tried with it in json_test.
#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/token.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>
#include <support/vectors.hpp>

#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

constexpr token_limits roomy{.bytes = 2'000'000};

// What is said of a text in one of the three places; all of them refuse every text of the suite,
// which has neither a token's header nor claims nor keys, but for different reasons.
struct place {
  std::string name;
  std::function<core::error_code(const std::string&)> judge;
};

core::error_code as_header(const std::string& text) {
  const auto parsed = parse_token(core::base64url_encode(text) + ".e30.AQID", roomy);
  return parsed ? core::error_code{} : parsed.error();
}

core::error_code as_payload(const std::string& text) {
  const auto header = core::base64url_encode(R"({"alg":"RS256","kid":"k1"})");
  const auto parsed = parse_token(header + '.' + core::base64url_encode(text) + ".AQID", roomy);
  return parsed ? core::error_code{} : parsed.error();
}

core::error_code as_key_set(const std::string& text) {
  const auto parsed = key_set::parse(text);
  return parsed ? core::error_code{} : parsed.error();
}

const std::vector<place> places{
    {"header", as_header}, {"payload", as_payload}, {"key_set", as_key_set}};

class JsonSuite : public testing::TestWithParam<place> {
 protected:
  void SetUp() override{LATCHKEY_NEEDS_VECTORS("vectors/JSONTestSuite")}

  // How many files of that first letter there are, and the reasons given for them.
  std::map<std::string, int> reasons(char first) const {
    std::map<std::string, int> all;
    for (const auto& entry : std::filesystem::directory_iterator{
             support::vector_path("vectors/JSONTestSuite/test_parsing")}) {
      if (entry.path().filename().string().front() != first) continue;
      const auto error = GetParam().judge(support::read_file(entry.path()));
      ++all[error ? std::string{reason(error)} : "parsed"];
    }
    return all;
  }
};

int sum(const std::map<std::string, int>& all, const std::set<std::string>& which) {
  int total = 0;
  for (const auto& [name, number] : all) total += which.contains(name) ? number : 0;
  return total;
}

// An empty header or payload has no JSON in it at all.
const std::set<std::string> not_json{"bad_json", "json_too_large", "duplicate_name", "empty_part",
                                     "key_set_too_large"};

TEST_P(JsonSuite, what_is_not_json_is_refused_as_such) {
  const auto all = reasons('n');
  EXPECT_EQ(sum(all, not_json), 188);
  int files = 0;
  for (const auto& [unused, number] : all) files += number;
  EXPECT_EQ(files, 188);
}

// Two of the 95 have a name twice, which the suite allows and we do not.
TEST_P(JsonSuite, what_is_json_gets_past_the_parser) {
  const auto all = reasons('y');
  const auto refused = sum(all, not_json);
  int files = 0;
  for (const auto& [unused, number] : all) files += number;
  EXPECT_EQ(files, 95);
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(all.at("duplicate_name"), 2);
  std::cout << "[  counts  ] JSONTestSuite as " << GetParam().name << ": 188 refused, "
            << files - refused << " parsed, 2 with a name twice refused\n";
}

INSTANTIATE_TEST_SUITE_P(places, JsonSuite, testing::ValuesIn(places), support::case_name);

}  // namespace
}  // namespace latchkey::jose
