// The signature algorithms that are implemented (RFC 7518 section 3.1, RFC 8037, RFC 9864), and
// what each of them needs: a family of keys and a digest. None of them is symmetric, and there is
// no `none`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::jose {

enum class algorithm : std::uint8_t {
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  eddsa
};

inline constexpr std::size_t algorithm_count = 9;

// The type of a key, which determines the algorithms it can serve.
enum class key_family : std::uint8_t { rsa, p256, p384, ed25519 };

enum class digest_kind : std::uint8_t { none, sha256, sha384, sha512 };

// "RS256" and so on. Static storage.
std::string_view name_of(algorithm one);
// The algorithm of that name, compared byte by byte; nothing for every other text. "Ed25519" (RFC
// 9864) is eddsa, whose name is "EdDSA".
std::optional<algorithm> algorithm_named(std::string_view name);

key_family family_of(algorithm one);
// What is signed: a digest of the text, or the text itself (EdDSA).
digest_kind digest_of(algorithm one);

// Some of the algorithms. A value of two bytes.
class algorithm_set {
 public:
  constexpr algorithm_set() = default;
  constexpr algorithm_set(std::initializer_list<algorithm> all) {
    for (const auto one : all) bits_ = static_cast<std::uint16_t>(bits_ | bit(one));
  }

  // Of a configuration's names. Throws std::invalid_argument for a name that is not implemented.
  static algorithm_set named(std::span<const std::string> names);
  // All that a key of that family can serve.
  static algorithm_set all_of(key_family family);
  static constexpr algorithm_set all() {
    algorithm_set everything;
    everything.bits_ = (1U << algorithm_count) - 1U;
    return everything;
  }

  constexpr bool contains(algorithm one) const { return (bits_ & bit(one)) != 0; }
  // In the order of the enumerators.
  std::vector<std::string> names() const;

  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const algorithm_set&) const = default;
  friend constexpr algorithm_set operator&(algorithm_set a, algorithm_set b) {
    a.bits_ = static_cast<std::uint16_t>(a.bits_ & b.bits_);
    return a;
  }
  friend constexpr algorithm_set operator|(algorithm_set a, algorithm_set b) {
    a.bits_ = static_cast<std::uint16_t>(a.bits_ | b.bits_);
    return a;
  }

 private:
  static constexpr std::uint16_t bit(algorithm one) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(one));
  }

  std::uint16_t bits_ = 0;
};

}  // namespace latchkey::jose
