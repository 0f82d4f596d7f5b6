// RSA's public operation for one signature: its number spread over the lanes of wide registers, on
// processors that have AVX-512 IFMA, or 64 bits at a time, on those that have MULX, ADCX and ADOX.
// Not for several at once: that is rsa_batch. Not for signing: nothing here is secret, so nothing
// takes constant time.
#pragma once

#include <latchkey/jose/rsa_batch.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace latchkey::jose {

// What the kernels need of one public key, computed once. Immutable.
class rsa_single_key {
 public:
  // `modulus` is big-endian. Null where the kernels have no path for the key: a modulus that is not
  // of exactly 2048 bits or is even, an exponent other than 65537. Works on every processor.
  static std::unique_ptr<const rsa_single_key> prepare(std::span<const unsigned char> modulus,
                                                       std::uint64_t exponent);

  struct numbers;
  const numbers& prepared() const { return *numbers_; }
  // Big-endian; of the key.
  std::span<const unsigned char, 256> modulus() const;
  ~rsa_single_key();
  rsa_single_key(const rsa_single_key&) = delete;
  rsa_single_key& operator=(const rsa_single_key&) = delete;

 private:
  explicit rsa_single_key(std::unique_ptr<numbers> made);
  std::unique_ptr<numbers> numbers_;
};

enum class rsa_single_kind { ifma, adx };
inline constexpr rsa_single_kind rsa_single_kinds[] = {rsa_single_kind::ifma, rsa_single_kind::adx};

// A way to compute one power.
struct rsa_single_kernel {
  std::string_view name;  // the instructions, for people
  std::string_view id;    // for programs
  // out = base^65537 modulo the modulus, big-endian, below it. `base` is below the modulus, too
  // (RFC 8017 section 5.2.2), and may be `out`. On any thread.
  void (*power)(std::span<unsigned char, 256> out, std::span<const unsigned char, 256> base,
                const rsa_single_key& by);
  // How long it takes, for who chooses between one by one and a batch.
  rsa_single_kind kind = rsa_single_kind::ifma;
};

// Null unless this processor and its system have the instructions and the kernel knew a known
// signature when it was first asked for, in this process. The first call takes less than a
// millisecond, later ones nothing.
const rsa_single_kernel* find_rsa_single_kernel(rsa_single_kind kind);

// Some of them; a view.
using rsa_single_kernels = std::span<const rsa_single_kernel* const>;

// All that are here, whichever is used. Static storage.
rsa_single_kernels found_rsa_single_kernels();

// The fastest kernel that is here, or null.
const rsa_single_kernel* best_rsa_single_kernel(avx512_use wide = avx512_use::allowed);

}  // namespace latchkey::jose
