#include "error_mark.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jwk.hpp>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <new>
#include <optional>
#include <utility>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

constexpr std::size_t least_modulus_bits = 2048;
constexpr std::size_t most_modulus_bits = 8192;
constexpr std::uint64_t least_exponent = 3;
constexpr std::uint64_t most_exponent = std::uint64_t{1} << 32;

// The members of RFC 7518 section 6.3.2.
constexpr std::array<std::string_view, 7> private_members{"d", "p", "q", "dp", "dq", "qi", "oth"};

using bytes = std::vector<unsigned char>;

std::uint64_t next_identity() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

const json::value* find(const json::object& jwk, std::string_view name) {
  return jwk.if_contains({name.data(), name.size()});
}

// A member that may be absent (then the text is empty) but is a string if it is there.
core::result<std::string> optional_text(const json::object& jwk, std::string_view name) {
  const auto* member = find(jwk, name);
  if (member == nullptr) return std::string{};
  const auto* text = member->if_string();
  if (text == nullptr) return errc::bad_jwk;
  return std::string{text->data(), text->size()};
}

bool allows_verifying(const json::array& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const json::value& operation) {
    const auto* text = operation.if_string();
    return text != nullptr && *text == "verify";
  });
}

core::error_code check_purpose(const json::object& jwk) {
  const auto use = optional_text(jwk, "use");
  if (!use) return use.error();
  if (find(jwk, "use") != nullptr && *use != "sig") return errc::key_use_not_sig;
  if (const auto* operations = find(jwk, "key_ops")) {
    const auto* list = operations->if_array();
    if (list == nullptr) return errc::bad_jwk;
    if (!allows_verifying(*list)) return errc::key_ops_without_verify;
  }
  const auto algorithm = optional_text(jwk, "alg");
  if (!algorithm) return algorithm.error();
  if (find(jwk, "alg") != nullptr && *algorithm != "RS256") return errc::key_alg_not_supported;
  return {};
}

// A positive number as RFC 7518 section 2 encodes it, big-endian in the fewest bytes; nothing for
// every other spelling.
std::optional<bytes> number(const json::object& jwk, std::string_view name) {
  const auto* member = find(jwk, name);
  const auto* text = member != nullptr ? member->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  bytes decoded(core::base64url_decoded_size(text->size()));
  const auto size = core::base64url_decode({text->data(), text->size()}, decoded);
  if (!size || decoded.empty() || decoded.front() == 0) return std::nullopt;
  return decoded;
}

std::size_t bits_of(const bytes& big_endian) {
  return (big_endian.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(big_endian.front()));
}

core::error_code check_modulus(const bytes& modulus) {
  if (bits_of(modulus) < least_modulus_bits) return errc::modulus_too_small;
  if (bits_of(modulus) > most_modulus_bits) return errc::modulus_too_large;
  if (modulus.back() % 2 == 0) return errc::bad_modulus;
  return {};
}

// Of at most eight bytes.
std::uint64_t small_number(const bytes& big_endian) {
  std::uint64_t value = 0;
  for (const auto byte : big_endian) value = value << 8 | byte;
  return value;
}

// OpenSSL takes numbers in the byte order of the machine.
bytes native_order(bytes big_endian) {
  if constexpr (std::endian::native == std::endian::little) {
    std::reverse(big_endian.begin(), big_endian.end());
  }
  return big_endian;
}

// Null if the numbers do not make an RSA key.
evp_pkey make_native(const bytes& modulus, std::uint64_t exponent) {
  const error_mark mark;
  auto n = native_order(modulus);
  std::array<OSSL_PARAM, 3> numbers{
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n.data(), n.size()),
      OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &exponent), OSSL_PARAM_construct_end()};
  const evp_pkey_context maker{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
  if (!maker) throw std::bad_alloc{};
  EVP_PKEY* raw = nullptr;
  if (EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &raw, EVP_PKEY_PUBLIC_KEY, numbers.data()) != 1) {
    return nullptr;
  }
  evp_pkey made{raw};
  const evp_pkey_context checker{EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr)};
  if (!checker) throw std::bad_alloc{};
  return EVP_PKEY_public_check(checker.get()) == 1 ? std::move(made) : nullptr;
}

}  // namespace

core::result<jwk_content> read_jwk(const json::object& jwk) {
  const auto type = optional_text(jwk, "kty");
  if (!type || type->empty()) return errc::bad_jwk;
  if (*type != "RSA") return errc::kty_not_supported;
  if (std::any_of(private_members.begin(), private_members.end(),
                  [&jwk](std::string_view name) { return find(jwk, name) != nullptr; })) {
    return errc::private_key_published;
  }
  if (const auto error = check_purpose(jwk)) return error;
  auto kid = optional_text(jwk, "kid");
  auto algorithm = optional_text(jwk, "alg");
  if (!kid || !algorithm) return errc::bad_jwk;

  auto modulus = number(jwk, "n");
  if (!modulus) return errc::bad_modulus;
  if (const auto error = check_modulus(*modulus)) return error;
  const auto exponent = number(jwk, "e");
  if (!exponent || exponent->size() > sizeof(std::uint64_t)) return errc::bad_exponent;
  const auto value = small_number(*exponent);
  if (value < least_exponent || value > most_exponent || value % 2 == 0) return errc::bad_exponent;
  return jwk_content{std::move(*kid), std::move(*algorithm), std::move(*modulus), value};
}

key::key(jwk_content content, evp_pkey native)
    : content_{std::move(content)}, native_{std::move(native)}, identity_{next_identity()} {}

core::result<key> key::load(jwk_content content) {
  auto native = make_native(content.modulus, content.exponent);
  if (!native) return errc::key_check_failed;
  return key{std::move(content), std::move(native)};
}

std::size_t key::modulus_bits() const {
  return bits_of(content_.modulus);
}

core::result<key> parse_jwk(const json::object& jwk) {
  auto content = read_jwk(jwk);
  if (!content) return content.error();
  return key::load(std::move(*content));
}

}  // namespace latchkey::jose
