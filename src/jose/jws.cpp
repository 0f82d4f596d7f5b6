#include "jose_header.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jws.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace latchkey::jose {
namespace {

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
core::result<bytes> decode(std::string_view part, std::pmr::memory_resource& memory) {
  const auto size = core::base64url_decoded_size(part.size());
  auto* const room = static_cast<unsigned char*>(memory.allocate(size + 1, 1));
  if (!core::base64url_decode(part, {room, size})) return errc::bad_base64url;
  return bytes{room, size};
}

}  // namespace

struct jws::state {
  // Enough for most tokens, decoded and parsed; the resource goes to the heap for more.
  alignas(std::max_align_t) std::array<unsigned char, 4096> room;
  std::pmr::monotonic_buffer_resource memory{room.data(), room.size()};
  jose_header header;
  std::string_view signing_input;
  bytes payload;
  bytes signature;
};

jws::jws(std::unique_ptr<state> made) : state_{std::move(made)} {}
jws::jws(jws&&) noexcept = default;
jws& jws::operator=(jws&&) noexcept = default;
jws::~jws() = default;

std::string_view jws::algorithm() const {
  return state_->header.algorithm;
}
std::optional<std::string_view> jws::kid() const {
  return state_->header.kid;
}
token_type jws::type() const {
  return state_->header.type;
}
bool jws::has_nonce() const {
  return state_->header.has_nonce;
}
std::string_view jws::signing_input() const {
  return state_->signing_input;
}
std::span<const unsigned char> jws::signature() const {
  return state_->signature;
}
std::string_view jws::payload() const {
  return {reinterpret_cast<const char*>(state_->payload.data()), state_->payload.size()};
}
std::pmr::memory_resource& jws::memory() {
  return state_->memory;
}

core::result<jws> parse_jws(std::string_view text, const token_limits& limits) {
  if (text.size() > limits.bytes) return errc::token_too_large;
  const auto found = split(text);
  if (!found) return found.error();
  // Not zeroed: the room is written before it is read.
  auto made = std::make_unique_for_overwrite<jws::state>();
  const auto header = read_jose_header(found->header, limits, made->memory);
  if (!header) return header.error();
  const auto payload = decode(found->payload, made->memory);
  const auto signature = decode(found->signature, made->memory);
  if (!payload || !signature) return errc::bad_base64url;
  made->header = *header;
  made->payload = *payload;
  made->signature = *signature;
  made->signing_input = text.substr(0, found->header.size() + 1 + found->payload.size());
  return jws{std::move(made)};
}

json_limits json_limits_of(const token_limits& limits) {
  return {limits.bytes, limits.depth, limits.values, limits.bytes};
}

}  // namespace latchkey::jose
