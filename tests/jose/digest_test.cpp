#include <latchkey/jose/digest.hpp>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <span>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::jose {
namespace {

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

// FIPS 180-4's own examples.
constexpr auto sha256_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr auto sha256_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, gives_the_known_answers) {
  EXPECT_EQ(hex(sha256("abc")), sha256_of_abc);
  EXPECT_EQ(hex(sha256("")), sha256_of_nothing);
  EXPECT_EQ(hex(digest(digest_kind::sha256, "abc").bytes()), sha256_of_abc);
  EXPECT_EQ(hex(digest(digest_kind::sha384, "abc").bytes()),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex(digest(digest_kind::sha512, "abc").bytes()),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, is_the_same_for_every_length_as_when_computed_at_once) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    sha256_value expected;
    ASSERT_EQ(EVP_Digest(text.data(), text.size(), expected.data(), nullptr, EVP_sha256(), nullptr),
              1);
    EXPECT_EQ(sha256(text), expected) << i;
    text += static_cast<char>(i);
  }
}

TEST(Digest, of_one_kind_does_not_disturb_another) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(digest(digest_kind::sha384, "x").bytes().size(), 48U);
    EXPECT_EQ(hex(sha256("abc")), sha256_of_abc);
    EXPECT_EQ(digest(digest_kind::sha512, "x").bytes().size(), 64U);
    EXPECT_EQ(hex(sha256("")), sha256_of_nothing);
  }
}

TEST(Digest, may_be_asked_for_on_every_thread) {
  std::vector<std::string> answers(4);
  {
    std::vector<std::jthread> threads;
    for (auto& answer : answers) {
      threads.emplace_back([&answer] {
        for (int i = 0; i < 100; ++i) answer = hex(sha256("abc"));
      });
    }
  }
  for (const auto& answer : answers) EXPECT_EQ(answer, sha256_of_abc);
}

}  // namespace
}  // namespace latchkey::jose
