// A JSON Web Signature in compact form (RFC 7515 section 3.1), parsed and checked syntactically:
// header, payload bytes, signature. Not for claims (token) and not for verifying the signature.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

namespace latchkey::jose {

struct token_limits {
  std::size_t bytes = std::size_t{16} * 1024;  // of the whole token
  std::size_t kid_bytes = 256;
  std::size_t depth = 16;  // of the JSON in each part
  std::size_t values = 2048;

  bool operator==(const token_limits&) const = default;
};

// The same as limits of each JSON text within a token.
json_limits json_limits_of(const token_limits& limits);

// What `typ` says; every other type is refused. "JOSE" says no more than an absent one: that this
// is a JWS or a JWE (RFC 7515 section 4.1.9).
enum class token_type : std::uint8_t { absent, jwt, at_jwt, jose };

// Owns what it decoded, in one block of memory. Everything it returns is a view of that block,
// valid while the jws lives (moving it changes nothing), except signing_input.
class jws {
 public:
  jws(jws&&) noexcept;
  jws& operator=(jws&&) noexcept;
  ~jws();

  std::string_view algorithm() const;
  // Nothing where the header has none. What that means is decided by key_set::choose.
  std::optional<std::string_view> kid() const;
  token_type type() const;
  // Whether the header has a `nonce`, which no standard gives a meaning in a JWS.
  bool has_nonce() const;
  // The bytes that were signed (RFC 7515 section 5.2): a view of the text the caller gave, valid
  // only as long as that text.
  std::string_view signing_input() const;
  std::span<const unsigned char> signature() const;
  std::string_view payload() const;

  // Memory that lives as long as this object, for what is made of the payload.
  std::pmr::memory_resource& memory();

 private:
  struct state;
  friend core::result<jws> parse_jws(std::string_view text, const token_limits& limits);
  explicit jws(std::unique_ptr<state> made);

  std::unique_ptr<state> state_;
};

// Exactly three parts, each in strict base64url, of which only the payload may be empty; a header
// that is a strict JSON object with a string `alg`. `typ` may be absent, "JWT", "JOSE" or
// "at+jwt" (RFC 9068 section 2.1), in any case and with or without "application/" before it.
// Refused: any other `typ`; a `cty` that says the payload is another JWT; `crit`, since no
// extension is understood; `b64` (RFC 7797). What offers a key or a place to find one (`jwk`,
// `jku`, `x5c`, `x5u`) is never looked at. Each thread remembers the last few headers that passed,
// so that the tokens of one key have theirs checked once; the outcome is the same for every token,
// whatever came before it.
core::result<jws> parse_jws(std::string_view text, const token_limits& limits = {});

}  // namespace latchkey::jose
