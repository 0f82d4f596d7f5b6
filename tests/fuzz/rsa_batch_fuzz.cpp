// The batch kernels and those for single signatures against OpenSSL: for any signature, modulus
// and digest they say the same, and the powers the kernels compute are exact.
#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/rsa_single.hpp>

#include <fuzz/require.hpp>
#include <jose/rsa_batch_known.hpp>
#include <jose/rsa_public.hpp>
#include <support/rsa_oracle.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

using latchkey::fuzz::require;
namespace jose = latchkey::jose;
namespace support = latchkey::support;

namespace {

// What is left of the input, zeros after its end.
class bytes_left {
 public:
  bytes_left(const std::uint8_t* data, std::size_t size) : rest_{data, size} {}

  bool empty() const { return rest_.empty(); }
  unsigned char one() {
    if (rest_.empty()) return 0;
    const auto byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  support::rsa_number number() {
    support::rsa_number made{};
    const auto taken = std::min(made.size(), rest_.size());
    std::copy_n(rest_.begin(), taken, made.begin());
    rest_ = rest_.subspan(taken);
    return made;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

const jose::rsa_batch_key& known_key() {
  static const auto made = jose::rsa_batch_key::prepare(jose::known::modulus, 65537);
  return *made;
}

const jose::rsa_public& known_public_key() {
  static const auto made = jose::rsa_public::prepare(jose::known::modulus, 65537);
  return *made;
}

// The known signature with up to three bytes changed, decided as the server does.
void try_known(bytes_left& input) {
  auto signature = jose::known::signature;
  auto digest = jose::known::digest;
  for (auto changes = input.one() % 4; changes > 0; --changes) {
    const auto at = input.one();
    const auto bits = input.one();
    if (bits & 1) {
      signature[at] ^= bits;
    } else {
      digest[at % digest.size()] ^= bits;
    }
  }
  const bool right = signature == jose::known::signature && digest == jose::known::digest;
  for (const auto kind : jose::rsa_single_kinds) {
    require(known_public_key().verifies(jose::digest_kind::sha256, digest, signature,
                                        jose::find_rsa_single_kernel(kind)) == right,
            "only the right one is right by itself");
  }
  for (const auto kind : jose::rsa_batch_kinds) {
    const auto* const kernel = jose::find_rsa_batch_kernel(kind);
    if (kernel == nullptr) continue;
    std::array<jose::rsa_batch_item, 3> items{
        jose::rsa_batch_item{&known_key(), signature, digest},
        jose::rsa_batch_item{&known_key(), jose::known::signature, jose::known::digest},
        jose::rsa_batch_item{&known_key(), signature, digest}};
    kernel->verify(items);
    require(items[0].valid == right && items[2].valid == right, "only the right one is right");
    require(items[1].valid, "a neighbour changes nothing");
  }
}

// Every lane is asked for the power of a number under the modulus.
template <class Side>
void try_powers(bytes_left input, const support::rsa_number& modulus, unsigned char choice) {
  using oracle = support::kernel_oracle<Side>;
  if (jose::find_rsa_batch_kernel(Side::kind) == nullptr || !oracle::has_path(modulus)) return;
  const oracle by{modulus};
  typename Side::question asked;
  std::array<typename Side::key_digits, Side::lanes> keys;
  std::array<support::rsa_number, Side::lanes> signatures;
  std::array<support::rsa_number, Side::lanes> claimed;
  unsigned expected = 0;
  for (std::size_t lane = 0; lane < Side::lanes; ++lane) {
    signatures[lane] = by.reduced(input.number());
    const auto block = by.power(signatures[lane]);
    claimed[lane] = block;
    if (input.one() & 1) claimed[lane][input.one()] ^= static_cast<unsigned char>(1U << choice % 8);
    keys[lane] = by.expecting(claimed[lane]);
    Side::put(asked, lane, signatures[lane], claimed[lane], keys[lane]);
    if (by.reduced(claimed[lane]) == block) expected |= 1U << lane;
  }
  require(powers_match(asked) == expected, "every power is exact");
}

void try_single_powers(jose::rsa_single_kind kind, bytes_left input,
                       const support::rsa_number& modulus) {
  const auto* const kernel = jose::find_rsa_single_kernel(kind);
  if (kernel == nullptr) return;
  const support::rsa_oracle oracle{modulus};
  const auto by = jose::rsa_single_key::prepare(modulus, 65537);
  for (int i = 0; i < 4; ++i) {
    const auto base = oracle.reduced(input.number());
    support::rsa_number power;
    kernel->power(power, base, *by);
    require(power == oracle.power(base), "every single power is exact");
  }
}

}  // namespace

// A byte of choices, then a modulus and signatures.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bytes_left input{data, size};
  const auto choice = input.one();
  try_known(input);
  support::rsa_number modulus = jose::known::modulus;
  if (choice & 1) {
    modulus = input.number();
    modulus.front() |= 0x80;
    modulus.back() |= 1;
  }
  try_powers<support::ifma_side>(input, modulus, choice);
  try_powers<support::fma_side>(input, modulus, choice);
  for (const auto kind : jose::rsa_single_kinds) try_single_powers(kind, input, modulus);
  return 0;
}
