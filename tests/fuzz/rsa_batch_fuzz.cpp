// The batch kernel against OpenSSL: for any signature, modulus and digest the two say the same, and
// the power the kernel computes is exact.
#include <latchkey/jose/rsa_batch.hpp>

#include <fuzz/require.hpp>
#include <jose/rsa_batch_known.hpp>
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

const support::rsa_oracle& known_key() {
  static const support::rsa_oracle made{jose::known::modulus};
  return made;
}

// The known signature with up to three bits changed, decided through the public function.
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
  std::array<jose::rsa_batch_item, 3> items{
      jose::rsa_batch_item{&known_key().key(), signature, digest},
      jose::rsa_batch_item{&known_key().key(), jose::known::signature, jose::known::digest},
      jose::rsa_batch_item{&known_key().key(), signature, digest}};
  jose::rsa_batch_verify(items);
  require(items[0].valid == right && items[2].valid == right, "only the right one is right");
  require(items[1].valid, "a neighbour changes nothing");
}

}  // namespace

// A byte of choices, then a modulus and signatures.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (!jose::rsa_batch_available()) return 0;
  bytes_left input{data, size};
  const auto choice = input.one();
  try_known(input);
  support::rsa_number modulus = jose::known::modulus;
  if (choice & 1) {
    modulus = input.number();
    modulus.front() |= 0x80;
    modulus.back() |= 1;
  }
  if (!support::rsa_oracle::has_path(modulus)) return 0;
  const support::rsa_oracle by{modulus};
  jose::ifma::question asked;
  std::array<jose::ifma::key_digits, jose::rsa_batch_lanes> keys;
  unsigned expected = 0;
  for (int lane = 0; lane < jose::ifma::lanes; ++lane) {
    const auto signature = by.reduced(input.number());
    const auto block = by.power(signature);
    auto claimed = block;
    if (input.one() & 1) claimed[input.one()] ^= static_cast<unsigned char>(1U << choice % 8);
    const auto index = static_cast<std::size_t>(lane);
    keys[index] = by.expecting(claimed);
    const std::span<const unsigned char, 32> digest{claimed.data() + claimed.size() - 32, 32};
    support::put(asked, lane, signature, digest, keys[index]);
    if (by.reduced(claimed) == block) expected |= 1U << lane;
  }
  require(jose::ifma::powers_match(asked) == expected, "every power is exact");
  return 0;
}
