#include <latchkey/jose/errc.hpp>

#include <boost/system/errc.hpp>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace latchkey::jose {
namespace {

constexpr int last = static_cast<int>(errc::no_usable_key);

TEST(Errc, every_reason_has_a_code_of_its_own_in_snake_case) {
  std::set<std::string_view> codes;
  const std::regex snake_case{"[a-z0-9]+(_[a-z0-9]+)*"};
  for (int value = 1; value <= last; ++value) {
    const auto code = reason(static_cast<errc>(value));
    EXPECT_TRUE(std::regex_match(std::string{code}, snake_case)) << code;
    EXPECT_NE(code, "internal_error") << value;
    EXPECT_TRUE(codes.insert(code).second) << code;
  }
  EXPECT_EQ(codes.size(), static_cast<std::size_t>(last));
}

TEST(Errc, every_reason_has_a_message) {
  for (int value = 1; value <= last; ++value) {
    EXPECT_NE(category().message(value), "unknown") << value;
  }
  EXPECT_EQ(category().message(0), "unknown");
  EXPECT_EQ(category().message(last + 1), "unknown");
}

TEST(Errc, an_error_code_gives_the_same_reason) {
  EXPECT_EQ(reason(errc::expired), "expired");
  EXPECT_EQ(reason(make_error_code(errc::expired)), "expired");
  EXPECT_STREQ(make_error_code(errc::expired).category().name(), "latchkey.jose");
}

TEST(Errc, what_is_not_of_this_category_is_an_internal_error) {
  EXPECT_EQ(reason(make_error_code(boost::system::errc::timed_out)), "internal_error");
  EXPECT_EQ(reason(static_cast<errc>(0)), "internal_error");
  EXPECT_EQ(reason(static_cast<errc>(last + 1)), "internal_error");
}

}  // namespace
}  // namespace latchkey::jose
