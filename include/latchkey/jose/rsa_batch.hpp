// RS256 signatures eight at a time, one in each 64-bit lane of AVX-512 registers, on processors
// with the IFMA instructions. Not for signing: nothing here is secret, so nothing takes constant
// time. Not for choosing between this and OpenSSL: that is check_signatures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace latchkey::jose {

// Signatures per pass; fewer take as long.
inline constexpr std::size_t rsa_batch_lanes = 8;

// What the kernel needs of one public key, computed once. Immutable.
class rsa_batch_key {
 public:
  // `modulus` is big-endian without leading zeros and odd. Null where the kernel has no path for
  // the key: a modulus that is not of exactly 2048 bits, an exponent other than 65537, or, very
  // rarely, a modulus with digits that are too regular. Works on every processor.
  static std::unique_ptr<const rsa_batch_key> prepare(std::span<const unsigned char> modulus,
                                                      std::uint64_t exponent);

  struct numbers;
  const numbers& prepared() const { return *numbers_; }
  ~rsa_batch_key();
  rsa_batch_key(const rsa_batch_key&) = delete;
  rsa_batch_key& operator=(const rsa_batch_key&) = delete;

 private:
  explicit rsa_batch_key(std::unique_ptr<numbers> made);
  std::unique_ptr<numbers> numbers_;
};

struct rsa_batch_item {
  const rsa_batch_key* key = nullptr;        // never null; items may have different keys
  std::span<const unsigned char> signature;  // of any length
  std::span<const unsigned char> digest;     // SHA-256 of what was signed; else the answer is no
  bool valid = false;                        // the answer
};

// Whether this processor has the instructions and the kernel gave the right answers when it was
// first asked to, in this process. The first call takes some 100 us, later ones nothing.
bool rsa_batch_available();

// Decides every item by RFC 8017 section 8.2.2: the signature is as long as the modulus and, as a
// number, below it, and its power is the whole expected block. Any number of items, in passes of
// up to rsa_batch_lanes. Only where rsa_batch_available().
void rsa_batch_verify(std::span<rsa_batch_item> items);

}  // namespace latchkey::jose
