#include <gtest/gtest.h>
#include <jose/rsa_batch_processor.hpp>

namespace latchkey::jose {
namespace {

TEST(rsa_batch_processor_test, narrow_avx2_is_amd_before_zen_2) {
  const struct {
    const char* name;
    const char* vendor;
    std::uint32_t version;  // EAX of CPUID leaf 1
    bool narrow;
  } cases[] = {
      {"Excavator (15h, 60h)", "AuthenticAMD", 0x00660F01, true},
      {"Zen, Summit Ridge (17h, 01h)", "AuthenticAMD", 0x00800F11, true},
      {"Zen+, Pinnacle Ridge (17h, 08h)", "AuthenticAMD", 0x00800F82, true},
      {"Zen, Raven Ridge (17h, 11h)", "AuthenticAMD", 0x00810F10, true},
      {"Zen, Dali (17h, 20h)", "AuthenticAMD", 0x00820F01, true},
      {"Zen 2, Rome (17h, 31h)", "AuthenticAMD", 0x00830F10, false},
      {"Zen 2, Matisse (17h, 71h)", "AuthenticAMD", 0x00870F10, false},
      {"Zen 3, Milan (19h, 01h)", "AuthenticAMD", 0x00A00F11, false},
      {"Zen 4, Genoa (19h, 11h)", "AuthenticAMD", 0x00A10F11, false},
      {"Zen 5, Turin (1Ah, 02h)", "AuthenticAMD", 0x00B00F21, false},
      {"Dhyana (18h, 00h)", "HygonGenuine", 0x00900F02, true},
      {"Haswell", "GenuineIntel", 0x000306C3, false},
      {"Skylake-SP", "GenuineIntel", 0x00050654, false},
      {"Ice Lake-SP", "GenuineIntel", 0x000606A6, false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(has_narrow_avx2(one.vendor, one.version), one.narrow) << one.name;
  }
}

}  // namespace
}  // namespace latchkey::jose
