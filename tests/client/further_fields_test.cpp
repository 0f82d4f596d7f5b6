#include "support/temporary.hpp"

#include <latchkey/client/errc.hpp>

#include <client/further_fields.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace latchkey::client {
namespace {

TEST(fields_for, compares_scheme_host_and_port) {
  struct {
    const char* url;
    bool sent;
  } const cases[] = {
      {"https://idp.example/keys", true},
      {"https://IDP.example:443/", true},
      {"https://keys.example:8443/k", true},
      {"https://keys.example/k", false},
      {"http://idp.example/keys", false},
      {"http://idp.example:443/keys", false},
      {"https://idp.example:8443/keys", false},
      {"https://idp.example.evil.example/keys", false},
      {"https://other.example/https://idp.example/", false},
  };
  const further_field field{
      "X-Key", "secret", {}, {}, {"https://idp.example/realms/a", "https://keys.example:8443"}};
  for (const auto& [url, sent] : cases) {
    const auto made = fields_for(url, {field});
    ASSERT_TRUE(made.has_value()) << url;
    EXPECT_EQ(made->size(), sent ? 1U : 0U) << url;
    EXPECT_EQ(is_among(url, field.origins), sent) << url;
    EXPECT_TRUE(is_among(url, {})) << url;
  }
  EXPECT_EQ(fields_for("nowhere", {field}).error(), errc::bad_url);
}

TEST(fields_for, takes_the_value_of_a_field_from_a_file) {
  const support::temporary_folder folder;
  const auto value = [&](const std::string& text) {
    const auto made =
        fields_for("https://idp.example/", {{"X", {}, folder.write("value", text), {}, {}}});
    return made ? made->front().second : "refused: " + made.error().message();
  };
  EXPECT_EQ(value("a b\n"), "a b");
  EXPECT_EQ(value("a\r\n \n"), "a");
  EXPECT_EQ(value(std::string(16 * 1024, 'a')), std::string(16 * 1024, 'a'));
  for (const auto& bad :
       {std::string{}, std::string{"\n"}, std::string{"a\nX: b"}, std::string{"a\0b", 3},
        std::string{"\xc3\xa4"}, std::string(16 * 1024 + 1, 'a')}) {
    EXPECT_EQ(value(bad), "refused: field_file") << bad.substr(0, 40);
  }
  for (const auto& path : {folder.path(), folder.path() / "missing"}) {
    EXPECT_EQ(fields_for("https://idp.example/", {{"X", {}, path, {}, {}}}).error(),
              errc::field_file);
  }
}

TEST(fields_for, opens_no_file_of_a_field_that_is_not_sent) {
  const further_field field{"X", {}, "/nonexistent", {}, {"https://idp.example"}};
  EXPECT_TRUE(fields_for("https://keys.example/", {field}).has_value());
}

}  // namespace
}  // namespace latchkey::client
