#include <latchkey/core/base64url.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace latchkey::core {
namespace {

using namespace std::string_literals;

struct pair {
  std::string name;
  std::string bytes;
  std::string text;
};

// The texts of RFC 4648 section 10, without their padding, and bytes that reach the last two
// characters of the alphabet.
const std::vector<pair> pairs{
    {"nothing", "", ""},
    {"one_byte", "f", "Zg"},
    {"two_bytes", "fo", "Zm8"},
    {"three_bytes", "foo", "Zm9v"},
    {"four_bytes", "foob", "Zm9vYg"},
    {"five_bytes", "fooba", "Zm9vYmE"},
    {"six_bytes", "foobar", "Zm9vYmFy"},
    {"zeros", "\0\0\0"s, "AAAA"},
    {"last_characters", "\xFB\xEF\xFF", "--__"},
    {"rfc7515_appendix_c", "\x03\xEC\xFF\xE0\xC1", "A-z_4ME"},
};

class Base64urlPairs : public testing::TestWithParam<pair> {};

TEST_P(Base64urlPairs, encodes) {
  EXPECT_EQ(base64url_encode(GetParam().bytes), GetParam().text);
}

TEST_P(Base64urlPairs, decodes) {
  EXPECT_EQ(base64url_decode(GetParam().text), GetParam().bytes);
}

TEST_P(Base64urlPairs, knows_the_decoded_size) {
  EXPECT_EQ(base64url_decoded_size(GetParam().text.size()), GetParam().bytes.size());
}

INSTANTIATE_TEST_SUITE_P(table, Base64urlPairs, testing::ValuesIn(pairs), support::case_name);

struct refusal {
  std::string name;
  std::string text;
};

const std::vector<refusal> refusals{
    {"padding", "Zg=="},
    {"one_padding", "Zm8="},
    {"padding_within", "Zg==Zg=="},
    {"single_character", "Z"},
    {"five_characters", "Zm9vY"},
    {"standard_plus", "+Zm9"},
    {"standard_slash", "Zm/v"},
    {"space", "Zm 9"},
    {"leading_space", " Zm9v"},
    {"new_line", "Zm9v\n"},
    {"nul", "Zm\0v"s},
    {"comma", "Zm,v"},
    {"byte_above_ascii", "Zm\xC3\xBC"},
    {"dot", "Zm.v"},
    {"unused_bits_of_one_byte", "Zh"},
    {"all_unused_bits_of_one_byte", "Zv"},
    {"unused_bits_of_two_bytes", "Zm9"},
    {"bad_character_in_rest_of_two", "Z!"},
    {"bad_character_in_rest_of_three", "Zm!"},
    {"bad_character_in_first_group", "!m9vZm9v"},
};

class Base64urlRefusals : public testing::TestWithParam<refusal> {};

TEST_P(Base64urlRefusals, decodes_to_nothing) {
  EXPECT_EQ(base64url_decode(GetParam().text), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(table, Base64urlRefusals, testing::ValuesIn(refusals), support::case_name);

TEST(Base64url, every_byte_survives_the_way_there_and_back) {
  for (std::size_t length = 1; length <= 4; ++length) {
    for (int byte = 0; byte < 256; ++byte) {
      const std::string bytes(length, static_cast<char>(byte));
      EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    }
  }
}

// Two texts that decode to the same bytes would be two spellings of one signature.
TEST(Base64url, no_two_texts_of_a_length_decode_to_the_same_byte) {
  int accepted = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const auto bytes = base64url_decode(text);
      if (!bytes) continue;
      ++accepted;
      EXPECT_EQ(base64url_encode(*bytes), text);
    }
  }
  EXPECT_EQ(accepted, 256);
}

TEST(Base64url, writes_nothing_past_the_room_it_is_given) {
  std::array<unsigned char, 2> room{};
  EXPECT_EQ(base64url_decode("Zm9v", room), std::nullopt);
  EXPECT_EQ(base64url_decode(std::string(32, 'A'), room), std::nullopt);
  EXPECT_EQ(room, (std::array<unsigned char, 2>{}));
}

TEST(Base64url, says_how_much_it_wrote_into_a_larger_room) {
  std::array<unsigned char, 8> room{};
  EXPECT_EQ(base64url_decode("Zm8", room), 2U);
  EXPECT_EQ(room[0], 'f');
  EXPECT_EQ(room[1], 'o');
  EXPECT_EQ(room[2], 0);
}

// Where the processor has wide instructions, base64url_decode uses them: every length around their
// width, and every byte at every place of a text, has to come out the same without them.
class Base64urlPaths : public testing::TestWithParam<std::size_t> {
 protected:
  static void expect_same(const std::string& text) {
    const auto size = base64url_decoded_size(text.size());
    std::vector<unsigned char> portable(size);
    const auto expected = base64url_decode_portable(text, portable);
    // What lies after the room stays as it is.
    std::vector<unsigned char> wide(size + 32, 0x5A);
    const auto written = base64url_decode(text, std::span{wide}.first(size));
    ASSERT_EQ(written, expected) << testing::PrintToString(text);
    ASSERT_EQ(std::count(wide.begin() + static_cast<std::ptrdiff_t>(size), wide.end(), 0x5A), 32);
    wide.resize(size);
    if (written) {
      ASSERT_EQ(wide, portable) << testing::PrintToString(text);
    }
  }

  // A text of this length, of all the characters of the alphabet in turn.
  static std::string text_of(std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) {
      text += base64url_encode(std::string(1, static_cast<char>(i * 4)))[0];
    }
    return text;
  }
};

TEST_P(Base64urlPaths, agree_on_what_is_well_formed) {
  auto text = text_of(GetParam());
  expect_same(text);
  // Without unused bits.
  if (!text.empty()) text.back() = 'A';
  expect_same(text);
  EXPECT_EQ(base64url_decode(text).has_value(), text.size() % 4 != 1);
}

TEST_P(Base64urlPaths, agree_on_every_byte_in_every_place) {
  auto text = text_of(GetParam());
  if (!text.empty()) text.back() = 'A';
  for (std::size_t place = 0; place < text.size(); ++place) {
    const auto before = text[place];
    for (int byte = 0; byte < 256; ++byte) {
      text[place] = static_cast<char>(byte);
      expect_same(text);
    }
    text[place] = before;
  }
}

INSTANTIATE_TEST_SUITE_P(lengths, Base64urlPaths,
                         testing::Values<std::size_t>(0, 1, 2, 3, 4, 31, 32, 33, 61, 62, 63, 64, 65,
                                                      66, 67, 68, 127, 128, 129, 130, 131, 132));

}  // namespace
}  // namespace latchkey::core
