#include <latchkey/net/dns_ttl.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace latchkey::net {
namespace {

using namespace std::chrono_literals;
using bytes = std::vector<unsigned char>;

void append(bytes& to, const std::string& text) {
  to.insert(to.end(), text.begin(), text.end());
}

// The answer to a question for the address of api.example.
bytes answer(const std::vector<std::uint32_t>& ttls, unsigned char code = 0) {
  bytes made{0x12, 0x34, 0x81, static_cast<unsigned char>(0x80U | code),
             0,    1,    0,    static_cast<unsigned char>(ttls.size()),
             0,    0,    0,    0};
  append(made, std::string{"\3api\7example\0\0\1\0\1", 17});
  for (const auto ttl : ttls) {
    append(made, std::string{"\xc0\x0c\0\1\0\1", 6});
    for (int shift = 24; shift >= 0; shift -= 8) {
      made.push_back(static_cast<unsigned char>(ttl >> static_cast<unsigned>(shift)));
    }
    append(made, std::string{"\0\4\300\0\2\1", 6});
  }
  return made;
}

TEST(least_ttl, is_that_of_the_answer_that_ends_first) {
  EXPECT_EQ(least_ttl(answer({300})), 300s);
  EXPECT_EQ(least_ttl(answer({300, 20, 3600})), 20s);
  EXPECT_EQ(least_ttl(answer({300, 0})), 0s);
  EXPECT_EQ(least_ttl(answer({0x7fffffff})), std::chrono::seconds{0x7fffffff});
  EXPECT_EQ(least_ttl(answer({300, 0x80000000})), 0s) << "RFC 2181 section 8";
}

TEST(least_ttl, is_unknown_where_nothing_was_answered) {
  EXPECT_EQ(least_ttl({}), std::nullopt);
  EXPECT_EQ(least_ttl(answer({})), std::nullopt);
  EXPECT_EQ(least_ttl(answer({}, 3)), std::nullopt) << "no such name";
}

TEST(least_ttl, takes_no_message_that_ends_early_or_leads_nowhere) {
  const auto whole = answer({300, 20});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // A heap block of that size, so that a read behind it is found.
    const bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(least_ttl(part), std::nullopt) << size;
  }
  auto looped = whole;
  looped[30] = 29;  // the name of the first answer is said to be where it begins
  EXPECT_EQ(least_ttl(looped), std::nullopt);
  const bytes noise(512, 0xff);
  EXPECT_EQ(least_ttl(noise), std::nullopt);
}

}  // namespace
}  // namespace latchkey::net
