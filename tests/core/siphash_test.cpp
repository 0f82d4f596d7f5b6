// Against the vectors of the paper and its reference code, and against OpenSSL's SipHash.
#include <latchkey/core/siphash.hpp>

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::core {
namespace {

// The key and the texts of the published vectors: the bytes 0, 1, 2 ...
constexpr siphash_key published_key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

std::string counting(std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

TEST(SipHash, gives_the_published_hashes) {
  const std::vector<std::pair<std::size_t, std::uint64_t>> published{
      {0, 0x726fdb47dd0e0e31U},  {1, 0x74f839c593dc67fdU}, {2, 0x0d6c8009d9a94f5aU},
      {3, 0x85676696d7fb7e2dU},  {4, 0xcf2794e0277187b7U}, {5, 0x18765564cd99a68dU},
      {6, 0xcbc9466e58fee3ceU},  {7, 0xab0200f58b01d137U}, {8, 0x93f5f5799a932462U},
      {15, 0xa129ca6149be45e5U},  // appendix A of the paper
  };
  for (const auto& [length, hash] : published) {
    EXPECT_EQ(siphash_2_4(published_key, counting(length)), hash) << length;
  }
}

// OpenSSL's, with any number of rounds.
class oracle {
 public:
  oracle(unsigned compress, unsigned finish) : compress_{compress}, finish_{finish} {
    if (!mac_) throw std::runtime_error{"OpenSSL has no SIPHASH"};
  }

  std::uint64_t operator()(const siphash_key& key, const std::string& bytes) {
    const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context{
        EVP_MAC_CTX_new(mac_.get()), EVP_MAC_CTX_free};
    std::size_t size = 8;
    const std::array parameters{
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &compress_),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &finish_),
        OSSL_PARAM_construct_end(),
    };
    std::array<unsigned char, 16> key_bytes{};
    for (unsigned i = 0; i < 16; ++i) {
      key_bytes[i] = static_cast<unsigned char>(key[i / 8] >> (8 * (i % 8)));
    }
    std::array<unsigned char, 8> out{};
    if (EVP_MAC_init(context.get(), key_bytes.data(), key_bytes.size(), parameters.data()) != 1 ||
        EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) != 1 ||
        EVP_MAC_final(context.get(), out.data(), &size, out.size()) != 1 || size != out.size()) {
      throw std::runtime_error{"OpenSSL's SIPHASH failed"};
    }
    std::uint64_t hash = 0;
    for (unsigned i = 0; i < 8; ++i) hash |= std::uint64_t{out[i]} << (8 * i);
    return hash;
  }

 private:
  unsigned compress_;
  unsigned finish_;
  std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac_{EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                         EVP_MAC_free};
};

TEST(SipHash, agrees_with_openssl_for_every_length_and_random_keys) {
  std::mt19937_64 random{20120918};
  oracle one_three{1, 3};
  oracle two_four{2, 4};
  for (std::size_t length = 0; length < 1100; ++length) {
    const siphash_key key{random(), random()};
    std::string bytes(length, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    ASSERT_EQ(siphash_1_3(key, bytes), one_three(key, bytes)) << length;
    ASSERT_EQ(siphash_2_4(key, bytes), two_four(key, bytes)) << length;
  }
}

TEST(SipHash, every_bit_of_key_and_text_counts) {
  const auto text = counting(100);
  std::set<std::uint64_t> seen{siphash_1_3(published_key, text)};
  for (unsigned bit = 0; bit < 128; ++bit) {
    auto key = published_key;
    key[bit / 64] ^= std::uint64_t{1} << (bit % 64);
    EXPECT_TRUE(seen.insert(siphash_1_3(key, text)).second) << "key bit " << bit;
  }
  for (unsigned bit = 0; bit < 800; ++bit) {
    auto other = text;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_TRUE(seen.insert(siphash_1_3(published_key, other)).second) << "text bit " << bit;
  }
}

// By its definition, of every length around the ends of words and halves.
TEST(SipHash, of_halves_is_one_of_the_other) {
  std::mt19937_64 random{5};
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes(length, '\0');
    for (auto& one : bytes) one = static_cast<char>(random());
    const siphash_key first{random(), random()};
    const siphash_key second{random(), random()};
    const auto half = length / 16 * 8;
    auto behind = siphash_1_3(second, bytes.substr(half));
    auto inner = bytes.substr(0, half);
    for (int i = 0; i < 8; ++i, behind >>= 8U) inner.push_back(static_cast<char>(behind & 0xffU));
    ASSERT_EQ(siphash_1_3_halves(first, second, bytes), siphash_1_3(first, inner)) << length;
  }
}

}  // namespace
}  // namespace latchkey::core
