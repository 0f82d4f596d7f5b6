#include <latchkey/jose/algorithm.hpp>

#include <array>
#include <stdexcept>

namespace latchkey::jose {
namespace {

struct entry {
  algorithm value;
  std::string_view name;
  key_family family;
  digest_kind digest;
};

// In the order of the enumerators, so that each stands at its own number.
constexpr std::array<entry, algorithm_count> entries{{
    {algorithm::rs256, "RS256", key_family::rsa, digest_kind::sha256},
    {algorithm::rs384, "RS384", key_family::rsa, digest_kind::sha384},
    {algorithm::rs512, "RS512", key_family::rsa, digest_kind::sha512},
    {algorithm::ps256, "PS256", key_family::rsa, digest_kind::sha256},
    {algorithm::ps384, "PS384", key_family::rsa, digest_kind::sha384},
    {algorithm::ps512, "PS512", key_family::rsa, digest_kind::sha512},
    {algorithm::es256, "ES256", key_family::p256, digest_kind::sha256},
    {algorithm::es384, "ES384", key_family::p384, digest_kind::sha384},
    {algorithm::eddsa, "EdDSA", key_family::ed25519, digest_kind::none},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (static_cast<std::size_t>(entries[i].value) != i) return false;
  }
  return true;
}
static_assert(in_order());

const entry& entry_of(algorithm one) {
  return entries[static_cast<std::size_t>(one)];
}

}  // namespace

std::string_view name_of(algorithm one) {
  return entry_of(one).name;
}

std::optional<algorithm> algorithm_named(std::string_view name) {
  // RFC 9864: the name that says the curve. Keys of Ed448, which EdDSA would cover, are not taken.
  if (name == "Ed25519") return algorithm::eddsa;
  for (const auto& one : entries) {
    if (one.name == name) return one.value;
  }
  return std::nullopt;
}

key_family family_of(algorithm one) {
  return entry_of(one).family;
}

digest_kind digest_of(algorithm one) {
  return entry_of(one).digest;
}

algorithm_set algorithm_set::named(std::span<const std::string> names) {
  algorithm_set made;
  for (const auto& name : names) {
    const auto one = algorithm_named(name);
    if (!one) throw std::invalid_argument{"no such signature algorithm: " + name};
    made = made | algorithm_set{*one};
  }
  return made;
}

std::vector<std::string> algorithm_set::names() const {
  std::vector<std::string> all;
  for (const auto& one : entries) {
    if (contains(one.value)) all.emplace_back(one.name);
  }
  return all;
}

algorithm_set algorithm_set::all_of(key_family family) {
  algorithm_set made;
  for (const auto& one : entries) {
    if (one.family == family) made = made | algorithm_set{one.value};
  }
  return made;
}

}  // namespace latchkey::jose
