#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/jws.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

struct parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

core::result<parts> split(std::string_view text) {
  const auto first = text.find('.');
  if (first == text.npos) return errc::not_three_parts;
  const auto second = text.find('.', first + 1);
  if (second == text.npos || text.find('.', second + 1) != text.npos) return errc::not_three_parts;
  const parts found{text.substr(0, first), text.substr(first + 1, second - first - 1),
                    text.substr(second + 1)};
  if (found.header.empty() || found.signature.empty()) return errc::empty_part;
  return found;
}

using bytes = std::span<const unsigned char>;

// The decoded bytes, which live in `memory`.
core::result<bytes> decode(std::string_view part, json::monotonic_resource& memory) {
  const auto size = core::base64url_decoded_size(part.size());
  auto* const room =
      static_cast<unsigned char*>(memory.allocate(std::max<std::size_t>(size, 1), 1));
  if (!core::base64url_decode(part, {room, size})) return errc::bad_base64url;
  return bytes{room, size};
}

std::string_view as_text(bytes octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// Takes `prefix`, which is in lower case, from the front of the text if it is there in any case.
bool take(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() ||
      !std::equal(prefix.begin(), prefix.end(), text.begin(),
                  [](char wanted, char given) { return wanted == lower(given); })) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

// A media type as `typ` and `cty` have it (RFC 7515 section 4.1.9): "application/" may be left out.
bool is_media_type(std::string_view text, std::string_view subtype) {
  take(text, "application/");
  return take(text, subtype) && text.empty();
}

std::optional<std::string_view> text_of(const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  return std::string_view{text->data(), text->size()};
}

core::result<token_type> type_of(const json::object& header) {
  const auto* typ = header.if_contains("typ");
  if (typ == nullptr) return token_type::absent;
  const auto text = text_of(*typ);
  if (text && is_media_type(*text, "jwt")) return token_type::jwt;
  if (text && is_media_type(*text, "at+jwt")) return token_type::at_jwt;
  return errc::typ_not_accepted;
}

core::error_code check_content_type(const json::object& header) {
  if (const auto* cty = header.if_contains("cty")) {
    const auto text = text_of(*cty);
    if (!text || is_media_type(*text, "jwt")) return errc::cty_not_accepted;
  }
  return {};
}

core::error_code check_extensions(const json::object& header) {
  if (header.contains("crit")) return errc::crit_not_supported;
  if (header.contains("b64")) return errc::b64_not_supported;
  return {};
}

}  // namespace

struct jws::state {
  // Enough for most tokens, decoded and parsed; the resource goes to the heap for more.
  alignas(std::max_align_t) std::array<unsigned char, 4096> room;
  json::monotonic_resource memory{room.data(), room.size()};
  // Kept, since short strings lie in the value itself.
  std::optional<json::value> header;
  std::string_view algorithm;
  std::optional<std::string_view> kid;
  token_type type = token_type::absent;
  std::string_view signing_input;
  std::optional<json::value> kept;
  bytes payload;
  bytes signature;

  core::error_code read_header(std::string_view part, const token_limits& limits);
};

core::error_code jws::state::read_header(std::string_view part, const token_limits& limits) {
  const auto decoded = decode(part, memory);
  if (!decoded) return decoded.error();
  auto parsed = parse_json(as_text(*decoded), json_limits_of(limits), &memory);
  if (!parsed) return parsed.error();
  const auto* fields = header.emplace(std::move(*parsed)).if_object();
  if (fields == nullptr) return errc::header_not_object;
  if (const auto error = check_extensions(*fields)) return error;
  const auto typ = type_of(*fields);
  if (!typ) return typ.error();
  type = *typ;
  if (const auto error = check_content_type(*fields)) return error;
  const auto* alg = fields->if_contains("alg");
  const auto name = alg != nullptr ? text_of(*alg) : std::nullopt;
  if (!name) return errc::alg_missing;
  algorithm = *name;
  if (const auto* named = fields->if_contains("kid")) {
    kid = text_of(*named);
    if (!kid || kid->size() > limits.kid_bytes) return errc::bad_kid;
  }
  return {};
}

jws::jws(std::unique_ptr<state> made) : state_{std::move(made)} {}
jws::jws(jws&&) noexcept = default;
jws& jws::operator=(jws&&) noexcept = default;
jws::~jws() = default;

std::string_view jws::algorithm() const {
  return state_->algorithm;
}
std::optional<std::string_view> jws::kid() const {
  return state_->kid;
}
token_type jws::type() const {
  return state_->type;
}
std::string_view jws::signing_input() const {
  return state_->signing_input;
}
std::span<const unsigned char> jws::signature() const {
  return state_->signature;
}
std::string_view jws::payload() const {
  return as_text(state_->payload);
}
json::storage_ptr jws::storage() const {
  return &state_->memory;
}

const json::value& jws::keep(json::value made) {
  return state_->kept.emplace(std::move(made));
}

core::result<jws> parse_jws(std::string_view text, const token_limits& limits) {
  if (text.size() > limits.bytes) return errc::token_too_large;
  const auto found = split(text);
  if (!found) return found.error();
  // Not zeroed: the room is written before it is read.
  auto made = std::make_unique_for_overwrite<jws::state>();
  if (const auto error = made->read_header(found->header, limits)) return error;
  const auto payload = decode(found->payload, made->memory);
  const auto signature = decode(found->signature, made->memory);
  if (!payload || !signature) return errc::bad_base64url;
  made->payload = *payload;
  made->signature = *signature;
  made->signing_input = text.substr(0, found->header.size() + 1 + found->payload.size());
  return jws{std::move(made)};
}

json_limits json_limits_of(const token_limits& limits) {
  return {limits.bytes, limits.depth, limits.values, limits.bytes};
}

}  // namespace latchkey::jose
