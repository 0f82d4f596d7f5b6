// RS256 signatures several at a time, one in each 64-bit lane of wide registers, on processors that
// have AVX-512 IFMA, or AVX2 with FMA. Not for signing: nothing here is secret, so nothing takes
// constant time. Not for choosing between this and OpenSSL: that is check_signatures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace latchkey::jose {

// What the kernels need of one public key, computed once. Immutable.
class rsa_batch_key {
 public:
  // `modulus` is big-endian without leading zeros and odd. Null where the kernels have no path for
  // the key: a modulus that is not of exactly 2048 bits, an exponent other than 65537, or, very
  // rarely, a modulus with digits that are too regular. Works on every processor.
  static std::unique_ptr<const rsa_batch_key> prepare(std::span<const unsigned char> modulus,
                                                      std::uint64_t exponent);

  struct numbers;
  const numbers& prepared() const { return *numbers_; }
  // Big-endian, 256 bytes; of the key.
  std::span<const unsigned char> modulus() const;
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

// The most lanes a kernel has.
inline constexpr std::size_t max_rsa_batch_lanes = 8;

// A way to decide several signatures at once.
struct rsa_batch_kernel {
  std::string_view name;  // the instructions, for people
  std::string_view id;    // for programs
  // Signatures a pass takes, at most max_rsa_batch_lanes; fewer take as long.
  std::size_t lanes;
  // So many signatures are decided sooner by a pass than by OpenSSL, one after the other; and than
  // by each of the kernels for single ones: more than `lanes` where never.
  std::size_t min_batch;
  std::size_t min_beside_ifma;
  std::size_t min_beside_adx;
  // Decides every item by RFC 8017 section 8.2.2: the signature is as long as the modulus and, as a
  // number, below it, and its power is the whole expected block. Any number of items, in passes of
  // up to `lanes`. On any thread.
  void (*verify)(std::span<rsa_batch_item> items);
};

enum class rsa_batch_kind { ifma, fma };
inline constexpr rsa_batch_kind rsa_batch_kinds[] = {rsa_batch_kind::ifma, rsa_batch_kind::fma};

// Null unless this processor and its system have the instructions and the kernel gave the right
// answers when it was first asked to, in this process. The first call takes less than a
// millisecond, later ones nothing.
const rsa_batch_kernel* find_rsa_batch_kernel(rsa_batch_kind kind);

// Whether the best kernel may be one of AVX-512, which some processors pay for with a lower clock.
enum class avx512_use { allowed, avoided };

// The fastest kernel that is here; null where none is, or where none is faster than OpenSSL.
const rsa_batch_kernel* best_rsa_batch_kernel(avx512_use wide = avx512_use::allowed);

}  // namespace latchkey::jose
