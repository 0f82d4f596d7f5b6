#include "error_mark.hpp"
#include "native_key.hpp"
#include "rsa_public.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jwk.hpp>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <optional>
#include <span>
#include <utility>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

constexpr std::size_t min_modulus_bits = 2048;
constexpr std::size_t max_modulus_bits = 8192;
constexpr std::uint64_t min_exponent = 3;
constexpr std::uint64_t max_exponent = std::uint64_t{1} << 32;

// The members of RFC 7518 section 6.3.2; on curves (section 6.2.2, RFC 8037 section 2) the first
// alone.
constexpr std::array<std::string_view, 7> private_members{"d", "p", "q", "dp", "dq", "qi", "oth"};

using bytes = std::vector<unsigned char>;

std::uint64_t next_identity() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool says_nothing(const json::value& member) {
  const auto* text = member.if_string();
  const auto* list = member.if_array();
  return member.is_null() || (text != nullptr && text->empty()) ||
         (list != nullptr && list->empty());
}

// Null where the member is absent or says nothing.
const json::value* find(const json::object& jwk, std::string_view name) {
  const auto* member = jwk.if_contains({name.data(), name.size()});
  return member != nullptr && !says_nothing(*member) ? member : nullptr;
}

// A member that may be absent (then the text is empty) but is a string if it is there.
core::result<std::string> optional_text(const json::object& jwk, std::string_view name) {
  const auto* member = find(jwk, name);
  if (member == nullptr) return std::string{};
  const auto* text = member->if_string();
  if (text == nullptr) return errc::bad_jwk;
  return std::string{text->data(), text->size()};
}

core::result<key_family> read_family(const json::object& jwk) {
  const auto type = optional_text(jwk, "kty");
  if (!type || type->empty()) return errc::bad_jwk;
  if (*type == "RSA") return key_family::rsa;
  if (*type != "EC" && *type != "OKP") return errc::kty_not_supported;
  const auto curve = optional_text(jwk, "crv");
  if (!curve || curve->empty()) return errc::bad_jwk;
  if (*type == "EC" && *curve == "P-256") return key_family::p256;
  if (*type == "EC" && *curve == "P-384") return key_family::p384;
  if (*type == "OKP" && *curve == "Ed25519") return key_family::ed25519;
  return errc::curve_not_supported;
}

bool allows_verifying(const json::array& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const json::value& operation) {
    const auto* text = operation.if_string();
    return text != nullptr && *text == "verify";
  });
}

// Of whatever type the member is, and whatever else is wrong with the key: a private member in any
// form may be of use to somebody. On curves `d` is all there is; a key of no known type may be one
// of RSA.
bool has_private_member(const json::object& jwk) {
  const auto* type = jwk.if_contains("kty");
  const auto* name = type != nullptr ? type->if_string() : nullptr;
  const bool curve = name != nullptr && (*name == "EC" || *name == "OKP");
  const auto all = std::span{private_members};
  const auto counted = curve ? all.first(1) : all;
  return std::any_of(counted.begin(), counted.end(),
                     [&jwk](std::string_view one) { return find(jwk, one) != nullptr; });
}

core::error_code check_purpose(const json::object& jwk) {
  const auto use = optional_text(jwk, "use");
  if (!use) return use.error();
  if (!use->empty() && *use != "sig" && *use != "jwt-svid") return errc::key_use_not_sig;
  if (const auto* operations = find(jwk, "key_ops")) {
    const auto* list = operations->if_array();
    if (list == nullptr) return errc::bad_jwk;
    if (!allows_verifying(*list)) return errc::key_ops_without_verify;
  }
  return {};
}

// A restriction: what does not name anybody is none that could be kept.
core::result<std::string> read_issuer(const json::object& jwk) {
  const auto* member = jwk.if_contains("issuer");
  if (member == nullptr || member->is_null()) return std::string{};
  const auto* text = member->if_string();
  if (text == nullptr || text->empty()) return errc::bad_jwk;
  return std::string{text->data(), text->size()};
}

core::result<algorithm_set> read_algorithms(const json::object& jwk, key_family family) {
  const auto whole_family = algorithm_set::all_of(family);
  const auto name = optional_text(jwk, "alg");
  if (!name) return name.error();
  if (name->empty()) return whole_family;
  const auto alg = algorithm_named(*name);
  if (!alg) return errc::key_alg_not_supported;
  if (!whole_family.contains(*alg)) return errc::key_alg_mismatch;
  return algorithm_set{*alg};
}

// The text without the `=` that make it a multiple of four characters, if it has them.
std::string_view without_padding(std::string_view text, jwk_spelling& spelling) {
  const auto end = std::min(text.find('='), text.size());
  const auto padding = text.size() - end;
  if (padding == 0 || padding > 2 || text.size() % 4 != 0) return text;
  spelling.padding = true;
  return text.substr(0, end);
}

// The bytes of a member in base64url, with padding or without; nothing for every other spelling or
// type.
std::optional<bytes> octets(const json::object& jwk, std::string_view name,
                            jwk_spelling& spelling) {
  const auto* member = find(jwk, name);
  const auto* text = member != nullptr ? member->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  const auto digits = without_padding({text->data(), text->size()}, spelling);
  bytes decoded(core::base64url_decoded_size(digits.size()));
  if (!core::base64url_decode(digits, decoded)) return std::nullopt;
  return decoded;
}

bytes::const_iterator first_digit(const bytes& big_endian) {
  return std::find_if(big_endian.begin(), big_endian.end(), [](auto byte) { return byte != 0; });
}

// A positive number, big-endian in the fewest bytes.
std::optional<bytes> number(const json::object& jwk, std::string_view name,
                            jwk_spelling& spelling) {
  auto decoded = octets(jwk, name, spelling);
  if (!decoded) return std::nullopt;
  const auto first = first_digit(*decoded);
  if (first == decoded->end()) return std::nullopt;
  if (first == decoded->begin()) return decoded;
  spelling.leading_zeros = true;
  return bytes{first, decoded->cend()};
}

std::size_t bits_of(const bytes& big_endian) {
  return (big_endian.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(big_endian.front()));
}

unsigned remainder(const bytes& big_endian, unsigned divisor) {
  unsigned rest = 0;
  for (const auto byte : big_endian) rest = (rest << 8 | byte) % divisor;
  return rest;
}

bool is_power_of_65537(unsigned value, unsigned modulo) {
  unsigned power = 1;
  do {
    if (power == value) return true;
    power = power * (65537 % modulo) % modulo;
  } while (power != 1);
  return false;
}

// CVE-2017-15361: the primes of a widespread generator are powers of 65537 modulo each of the
// first 126 primes (for keys of our sizes), and so are their products. A sound modulus is of that
// form once in 2^167.
bool can_be_factored(const bytes& modulus) {
  for (unsigned divisor = 3; divisor <= 701; divisor += 2) {
    unsigned factor = 3;
    while (factor * factor <= divisor && divisor % factor != 0) factor += 2;
    const auto prime = factor * factor > divisor;
    if (prime && !is_power_of_65537(remainder(modulus, divisor), divisor)) return false;
  }
  return true;
}

core::error_code check_modulus(const bytes& modulus) {
  if (bits_of(modulus) < min_modulus_bits) return errc::modulus_too_small;
  if (bits_of(modulus) > max_modulus_bits) return errc::modulus_too_large;
  if (modulus.back() % 2 == 0) return errc::bad_modulus;
  if (can_be_factored(modulus)) return errc::weak_modulus;
  return {};
}

// Of at most eight bytes.
std::uint64_t small_number(const bytes& big_endian) {
  std::uint64_t value = 0;
  for (const auto byte : big_endian) value = value << 8 | byte;
  return value;
}

core::result<rsa_numbers> read_rsa(const json::object& jwk, jwk_spelling& spelling) {
  auto modulus = number(jwk, "n", spelling);
  if (!modulus) return errc::bad_modulus;
  if (const auto error = check_modulus(*modulus)) return error;
  const auto exponent = number(jwk, "e", spelling);
  if (!exponent || exponent->size() > sizeof(std::uint64_t)) return errc::bad_exponent;
  const auto value = small_number(*exponent);
  if (value < min_exponent || value > max_exponent || value % 2 == 0) return errc::bad_exponent;
  return rsa_numbers{std::move(*modulus), value};
}

// The bytes of one coordinate; of Ed25519, of the whole point.
std::size_t field_size(key_family curve) {
  return curve == key_family::p384 ? 48 : 32;
}

// A number of the field, in as many bytes as the field has.
std::optional<bytes> coordinate(const json::object& jwk, std::string_view name, std::size_t size,
                                jwk_spelling& spelling) {
  auto decoded = octets(jwk, name, spelling);
  if (!decoded || decoded->empty()) return std::nullopt;
  if (decoded->size() == size) return decoded;
  const auto first = first_digit(*decoded);
  const auto digits = static_cast<std::size_t>(decoded->cend() - first);
  if (digits > size) return std::nullopt;
  spelling.coordinate_length = true;
  bytes whole(size - digits);
  whole.insert(whole.end(), first, decoded->cend());
  return whole;
}

core::result<curve_point> read_point(const json::object& jwk, key_family curve,
                                     jwk_spelling& spelling) {
  const auto size = field_size(curve);
  if (curve == key_family::ed25519) {
    auto point = octets(jwk, "x", spelling);
    if (!point || point->size() != size) return errc::bad_point;
    return curve_point{curve, std::move(*point)};
  }
  auto point = coordinate(jwk, "x", size, spelling);
  const auto y = coordinate(jwk, "y", size, spelling);
  if (!point || !y) return errc::bad_point;
  point->insert(point->end(), y->begin(), y->end());
  return curve_point{curve, std::move(*point)};
}

std::size_t signature_size_of(const jwk_content& content) {
  const auto* rsa = std::get_if<rsa_numbers>(&content.numbers);
  return rsa != nullptr ? rsa->modulus.size() : 2 * field_size(content.family());
}

core::result<key_numbers> read_key_numbers(const json::object& jwk, jwk_spelling* spelling) {
  const auto family = read_family(jwk);
  if (!family) return family.error();
  jwk_spelling written;
  key_numbers made;
  if (*family == key_family::rsa) {
    auto numbers = read_rsa(jwk, written);
    if (!numbers) return numbers.error();
    made = std::move(*numbers);
  } else {
    auto point = read_point(jwk, *family, written);
    if (!point) return point.error();
    made = std::move(*point);
  }
  if (spelling != nullptr) *spelling = written;
  return made;
}

}  // namespace

std::vector<std::string_view> jwk_spelling::remarks() const {
  std::vector<std::string_view> all;
  if (padding) all.emplace_back("padding");
  if (leading_zeros) all.emplace_back("leading_zeros");
  if (coordinate_length) all.emplace_back("coordinate_length");
  return all;
}

key_family jwk_content::family() const {
  const auto* point = std::get_if<curve_point>(&numbers);
  return point != nullptr ? point->curve : key_family::rsa;
}

public_half read_public_half(const json::object& jwk) {
  jwk_spelling ignored;
  return {number(jwk, "n", ignored).value_or(bytes{}), number(jwk, "x", ignored).value_or(bytes{})};
}

bool is_half_of(const public_half& half, const key_numbers& numbers) {
  if (const auto* rsa = std::get_if<rsa_numbers>(&numbers)) {
    return !half.modulus.empty() && half.modulus == rsa->modulus;
  }
  const auto& point = std::get<curve_point>(numbers);
  const auto end = point.bytes.begin() + static_cast<std::ptrdiff_t>(field_size(point.curve));
  const auto first = std::find_if(point.bytes.begin(), end, [](auto byte) { return byte != 0; });
  return !half.x.empty() && std::equal(first, end, half.x.begin(), half.x.end());
}

core::result<jwk_content> read_jwk(const json::object& jwk, jwk_spelling* spelling) {
  if (has_private_member(jwk)) return errc::private_key_published;
  const auto family = read_family(jwk);
  if (!family) return family.error();
  if (const auto error = check_purpose(jwk)) return error;
  const auto algorithms = read_algorithms(jwk, *family);
  if (!algorithms) return algorithms.error();
  auto kid = optional_text(jwk, "kid");
  if (!kid) return kid.error();
  const auto issuer = read_issuer(jwk);
  if (!issuer) return issuer.error();

  auto numbers = read_key_numbers(jwk, spelling);
  if (!numbers) return numbers.error();
  jwk_content made{std::move(*kid), *algorithms, std::move(*numbers)};
  if (!issuer->empty()) made.issuers.push_back(*issuer);
  return made;
}

key::key(jwk_content content, evp_pkey native, rsa_single_kernels tried)
    : content_{std::move(content)},
      family_{content_.family()},
      signature_size_{signature_size_of(content_)},
      native_{std::move(native)},
      identity_{next_identity()} {
  if (family_ == key_family::rsa) quick_ = rsa_public::prepare(modulus(), exponent(), tried);
  if (serves(algorithm::rs256)) batch_ = rsa_batch_key::prepare(modulus(), exponent());
}

core::result<key> key::load(jwk_content content, number_check check) {
  return load_trying(found_rsa_single_kernels(), std::move(content), check);
}

core::result<key> key::load_trying(rsa_single_kernels tried, jwk_content content,
                                   number_check check) {
  const error_mark mark;
  auto native = std::visit([check](const auto& numbers) { return make_native(numbers, check); },
                           content.numbers);
  if (!native) return errc::key_check_failed;
  return key{std::move(content), std::move(native), tried};
}

bool key::kernel_is_wrong() const {
  return quick_ && quick_->got_trial_wrong();
}

std::span<const unsigned char> key::modulus() const {
  const auto* rsa = std::get_if<rsa_numbers>(&content_.numbers);
  if (rsa == nullptr) return {};
  return rsa->modulus;
}

std::uint64_t key::exponent() const {
  const auto* rsa = std::get_if<rsa_numbers>(&content_.numbers);
  return rsa != nullptr ? rsa->exponent : 0;
}

std::size_t key::modulus_bits() const {
  const auto* rsa = std::get_if<rsa_numbers>(&content_.numbers);
  return rsa != nullptr ? bits_of(rsa->modulus) : 0;
}

core::result<key> parse_jwk(const json::object& jwk) {
  auto content = read_jwk(jwk);
  if (!content) return content.error();
  return key::load(std::move(*content));
}

}  // namespace latchkey::jose
