#include "native_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

using bytes = std::vector<unsigned char>;

// OpenSSL takes numbers in the byte order of the machine.
bytes native_order(bytes big_endian) {
  if constexpr (std::endian::native == std::endian::little) {
    std::reverse(big_endian.begin(), big_endian.end());
  }
  return big_endian;
}

// Null if OpenSSL finds that the parameters do not make a key of that type.
evp_pkey make_key(const char* type, OSSL_PARAM* parameters, number_check check) {
  const evp_pkey_context maker{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  if (!maker) throw std::bad_alloc{};
  EVP_PKEY* raw = nullptr;
  if (EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return nullptr;
  }
  evp_pkey made{raw};
  if (check == number_check::trusted) return made;
  const evp_pkey_context checker{EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr)};
  if (!checker) throw std::bad_alloc{};
  return EVP_PKEY_public_check(checker.get()) == 1 ? std::move(made) : nullptr;
}

// A point of Ed25519 in its one spelling, with y below 2^255 - 19, that is not one of the eight of
// small order: under those, a signature that anybody can write is good for many texts or all. The
// sign of x, the topmost bit, makes no difference to either.
bool is_sound_ed25519(bytes point) {
  using y_coordinate = std::array<unsigned char, 32>;
  constexpr std::array<y_coordinate, 5> small_order{{
      {},
      {1},
      {0xEC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
       0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
       0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},
      {0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4,
       0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6,
       0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05},
      {0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B,
       0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39,
       0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A},
  }};
  point.back() &= 0x7F;
  const auto past_the_field =
      point.front() >= 0xED && point.back() == 0x7F &&
      std::all_of(point.begin() + 1, point.end() - 1, [](auto byte) { return byte == 0xFF; });
  return !past_the_field &&
         std::none_of(small_order.begin(), small_order.end(), [&point](const y_coordinate& y) {
           return std::equal(y.begin(), y.end(), point.begin());
         });
}

}  // namespace

evp_pkey make_native(const rsa_numbers& numbers, number_check check) {
  auto n = native_order(numbers.modulus);
  auto e = numbers.exponent;
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n.data(), n.size()),
      OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &e), OSSL_PARAM_construct_end()};
  return make_key("RSA", parameters.data(), check);
}

evp_pkey make_native(const curve_point& point, number_check) {
  if (point.curve == key_family::ed25519) {
    if (!is_sound_ed25519(point.bytes)) return nullptr;
    return evp_pkey{EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, point.bytes.data(),
                                                   point.bytes.size())};
  }
  std::string group = point.curve == key_family::p384 ? "P-384" : "P-256";
  bytes encoded{POINT_CONVERSION_UNCOMPRESSED};
  encoded.insert(encoded.end(), point.bytes.begin(), point.bytes.end());
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size()),
      OSSL_PARAM_construct_end()};
  return make_key("EC", parameters.data(), number_check::made);
}

}  // namespace latchkey::jose
