#include "jose_header.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json_view.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace latchkey::jose {
namespace {

// Takes `prefix`, which is in lower case, from the front of the text if it is there in any case.
bool take(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() ||
      !std::equal(prefix.begin(), prefix.end(), text.begin(),
                  [](char wanted, char given) { return wanted == core::ascii_lower(given); })) {
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

core::result<token_type> type_of(json_view header) {
  const auto typ = header.find("typ");
  if (!typ) return token_type::absent;
  const auto text = typ->text();
  if (text && is_media_type(*text, "jwt")) return token_type::jwt;
  if (text && is_media_type(*text, "at+jwt")) return token_type::at_jwt;
  if (text && is_media_type(*text, "jose")) return token_type::jose;
  return errc::typ_not_accepted;
}

core::error_code check_content_type(json_view header) {
  if (const auto cty = header.find("cty")) {
    const auto text = cty->text();
    if (!text || is_media_type(*text, "jwt")) return errc::cty_not_accepted;
  }
  return {};
}

core::error_code check_extensions(json_view header) {
  if (header.find("crit")) return errc::crit_not_supported;
  if (header.find("b64")) return errc::b64_not_supported;
  return {};
}

core::result<jose_header> check(json_view header, const token_limits& limits) {
  if (!header.is_object()) return errc::header_not_object;
  if (const auto error = check_extensions(header)) return error;
  const auto type = type_of(header);
  if (!type) return type.error();
  if (const auto error = check_content_type(header)) return error;
  const auto alg = header.find("alg");
  const auto algorithm = alg ? alg->text() : std::nullopt;
  if (!algorithm) return errc::alg_missing;
  std::optional<std::string_view> kid;
  if (const auto named = header.find("kid")) {
    kid = named->text();
    if (!kid || kid->size() > limits.kid_bytes) return errc::bad_kid;
  }
  return jose_header{*algorithm, kid, *type, header.find("nonce").has_value()};
}

jose_header copy_into(std::pmr::memory_resource& memory, const jose_header& header) {
  const auto copy = [&memory](std::string_view text) {
    auto* const room = static_cast<char*>(memory.allocate(text.size() + 1, 1));
    text.copy(room, text.size());
    return std::string_view{room, text.size()};
  };
  auto copied = header;
  copied.algorithm = copy(header.algorithm);
  if (header.kid) copied.kid = copy(*header.kid);
  return copied;
}

// A small cache of parsed headers. It is small so that a miss costs little; the oldest entry is
// evicted.
class header_memory {
 public:
  // The texts are valid until the next call of add.
  std::optional<jose_header> find(std::string_view part, const token_limits& limits) const {
    for (const auto& each : entries_) {
      if (each.part == part && each.limits == limits) return each.header();
    }
    return std::nullopt;
  }

  void add(std::string_view part, const token_limits& limits, const jose_header& header) {
    if (part.size() > longest_part) return;
    auto& oldest = entries_[next_];
    next_ = (next_ + 1) % entries_.size();
    // Nothing is found by it while it is half written, should there be no memory.
    oldest.part.clear();
    oldest.limits = limits;
    oldest.algorithm = header.algorithm;
    oldest.kid = header.kid;
    oldest.type = header.type;
    oldest.has_nonce = header.has_nonce;
    oldest.part = part;
  }

 private:
  static constexpr std::size_t longest_part = 512;

  struct entry {
    std::string part;  // empty where nothing is remembered; what is looked for never is
    token_limits limits;
    std::string algorithm;
    std::optional<std::string> kid;
    token_type type = token_type::absent;
    bool has_nonce = false;

    jose_header header() const { return {algorithm, kid, type, has_nonce}; }
  };

  std::array<entry, 8> entries_;
  std::size_t next_ = 0;
};

}  // namespace

core::result<jose_header> read_jose_header(std::string_view part, const token_limits& limits,
                                           std::pmr::memory_resource& memory) {
  thread_local header_memory seen;
  if (const auto found = seen.find(part, limits)) return copy_into(memory, *found);
  // What only this function needs.
  std::array<std::byte, 2048> room;
  std::pmr::monotonic_buffer_resource scratch{room.data(), room.size()};
  const auto size = core::base64url_decoded_size(part.size());
  auto* const decoded = static_cast<unsigned char*>(scratch.allocate(size + 1, 1));
  if (!core::base64url_decode(part, {decoded, size})) return errc::bad_base64url;
  const auto parsed = parse_json_view({reinterpret_cast<const char*>(decoded), size},
                                      json_limits_of(limits), scratch);
  if (!parsed) return parsed.error();
  const auto header = check(*parsed, limits);
  if (!header) return header.error();
  seen.add(part, limits, *header);
  return copy_into(memory, *header);
}

}  // namespace latchkey::jose
