// Which processors the kernel for AVX2 is of no use on though they have the instructions. Not for
// whether they have them.
#pragma once

#include <cstdint>
#include <string_view>

namespace latchkey::jose {

// Whether a processor computes 256 bits in two halves, which takes the kernel's gain away: AMD's
// before Zen 2, and Hygon's, which are Zen. `vendor` is what CPUID leaf 0 spells, `version` the EAX
// of leaf 1.
constexpr bool has_narrow_avx2(std::string_view vendor, std::uint32_t version) {
  const auto base_family = version >> 8 & 0xF;
  const auto family = base_family == 0xF ? base_family + (version >> 20 & 0xFF) : base_family;
  const auto model = (version >> 4 & 0xF) | (version >> 12 & 0xF0);
  if (vendor == "HygonGenuine") return family <= 0x18;
  return vendor == "AuthenticAMD" && (family < 0x17 || (family == 0x17 && model < 0x30));
}

}  // namespace latchkey::jose
