// Key sets: whatever is accepted holds together, and is taken over when it is read again. The two
// readings may differ in a key with a damaged modulus: OpenSSL looks for its factors by chance.
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>

#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

using latchkey::fuzz::require;
namespace jose = latchkey::jose;

namespace {

void require_sound(const jose::key& key) {
  const auto algorithms = key.content().algorithms;
  require(
      !algorithms.empty() && (algorithms & jose::algorithm_set::all_of(key.family())) == algorithms,
      "a key serves algorithms of its family and no other");
  if (key.family() == jose::key_family::rsa) {
    require(key.modulus_bits() >= 2048 && key.modulus_bits() <= 8192, "the modulus has its size");
    require(key.exponent() >= 3 && key.exponent() % 2 == 1, "the exponent is odd");
    require(key.signature_size() == key.modulus().size(), "a signature is as long as the modulus");
  } else {
    require(key.modulus().empty() && key.batch() == nullptr, "a point is no modulus");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const jose::key_set_limits limits{.bytes = 64 * 1024, .keys = 8};
  const auto set = jose::key_set::parse(text, limits);
  if (!set) {
    require(jose::reason(set.error()) != "internal_error", "a refusal has a reason");
    return 0;
  }
  require((*set)->size() > 0, "an accepted set has a key");
  require((*set)->size() + (*set)->skipped().size() <= limits.keys, "no key comes from nowhere");
  const auto again = jose::key_set::parse(text, limits, set->get());
  for (const auto& kid : (*set)->kids()) {
    const auto key = (*set)->find(kid);
    require(key != nullptr && key->kid() == kid && !kid.empty(), "a key is found by its kid");
    require_sound(*key);
    const auto later = again ? (*again)->find(kid) : nullptr;
    require(!later || later == key || later->content() != key->content(),
            "an unchanged key is taken over");
  }
  return 0;
}
