#include "rsa_public.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <new>

namespace latchkey::jose {
namespace {

constexpr std::size_t most_bytes = 1024;

void require(bool done) {
  if (!done) throw std::bad_alloc{};
}

// What one thread computes with.
struct workplace {
  workplace() : context{BN_CTX_new()}, signature{BN_new()}, power{BN_new()} {
    if (context == nullptr || signature == nullptr || power == nullptr) {
      release();
      throw std::bad_alloc{};
    }
  }
  ~workplace() { release(); }
  workplace(const workplace&) = delete;
  workplace& operator=(const workplace&) = delete;

  void release() const noexcept {
    BN_free(power);
    BN_free(signature);
    BN_CTX_free(context);
  }

  BN_CTX* context;
  BIGNUM* signature;
  BIGNUM* power;
};

// The DER of a DigestInfo up to its digest (RFC 8017 section 9.2, note 1): for SHA-256, and two
// bytes of length, the last byte of the algorithm's name and the length of the digest for others.
std::array<unsigned char, 19> digest_info(digest_kind kind, std::size_t digest_bytes) {
  std::array<unsigned char, 19> der{0x30, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                    0x65, 0x03, 0x04, 0x02, 0x00, 0x05, 0x00, 0x04, 0x00};
  der[1] = static_cast<unsigned char>(der.size() - 2 + digest_bytes);
  der[14] = kind == digest_kind::sha256 ? 0x01 : kind == digest_kind::sha384 ? 0x02 : 0x03;
  der[18] = static_cast<unsigned char>(digest_bytes);
  return der;
}

// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): 00 01 FF ... FF 00, the DigestInfo, the digest.
void write_block(std::span<unsigned char> block, digest_kind kind,
                 std::span<const unsigned char> digest) {
  const auto info = digest_info(kind, digest.size());
  const auto tail = info.size() + digest.size();
  std::fill(block.begin(), block.end(), static_cast<unsigned char>(0xFF));
  block[0] = 0x00;
  block[1] = 0x01;
  block[block.size() - tail - 1] = 0x00;
  std::copy(info.begin(), info.end(), block.last(tail).begin());
  std::copy(digest.begin(), digest.end(), block.last(digest.size()).begin());
}

}  // namespace

void rsa_public::bn_delete::operator()(BIGNUM* number) const noexcept {
  BN_free(number);
}
void rsa_public::bn_delete::operator()(BN_MONT_CTX* context) const noexcept {
  BN_MONT_CTX_free(context);
}

rsa_public::rsa_public(std::span<const unsigned char> modulus)
    : size_{modulus.size()},
      modulus_{BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr)},
      montgomery_{BN_MONT_CTX_new()} {
  const workplace here;
  require(modulus_ && montgomery_ &&
          BN_MONT_CTX_set(montgomery_.get(), modulus_.get(), here.context) == 1);
}

std::shared_ptr<const rsa_public> rsa_public::prepare(std::span<const unsigned char> modulus,
                                                      std::uint64_t exponent) {
  if (exponent != 65537 || modulus.size() > most_bytes || modulus.empty()) return nullptr;
  return std::shared_ptr<const rsa_public>{new rsa_public{modulus}};
}

bool rsa_public::verifies(digest_kind kind, std::span<const unsigned char> digest,
                          std::span<const unsigned char> signature) const {
  if (signature.size() != size_) return false;
  thread_local const workplace here;
  auto* const context = here.context;
  auto* const base = here.signature;
  auto* const power = here.power;
  require(BN_bin2bn(signature.data(), static_cast<int>(size_), base) != nullptr);
  if (BN_cmp(base, modulus_.get()) >= 0) return false;
  // 65537 = 2^16 + 1. The last factor is not in Montgomery's form, so the result is not either.
  auto* const by = montgomery_.get();
  require(BN_to_montgomery(power, base, by, context) == 1);
  for (int i = 0; i < 16; ++i) {
    require(BN_mod_mul_montgomery(power, power, power, by, context) == 1);
  }
  require(BN_mod_mul_montgomery(power, power, base, by, context) == 1);
  std::array<unsigned char, most_bytes> computed;
  std::array<unsigned char, most_bytes> expected;
  require(BN_bn2binpad(power, computed.data(), static_cast<int>(size_)) >= 0);
  write_block(std::span{expected}.first(size_), kind, digest);
  return std::memcmp(computed.data(), expected.data(), size_) == 0;
}

}  // namespace latchkey::jose
