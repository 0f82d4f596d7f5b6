// Header fields made of a token's claims. Pure. Not for choosing which fields of the client go on:
// header_rules.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/field_list.hpp>
#include <latchkey/jose/json_view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::edge {

// How a value is written. All forms are of visible ASCII: what others do with the rest differs from
// server to server (Latin-1, UTF-8, dropped), and a name that two servers read differently is two
// people.
enum class claim_form : std::uint8_t {
  // As it is; a text with other characters, or with a space at an end, cannot be sent. The elements
  // of an array stand between separators and have none in them; an object is written as JSON.
  plain,
  // JSON (RFC 8259) with \u escapes, a text in quotes.
  json,
  // As plain, with all but the unreserved characters percent-encoded (RFC 3986 section 2.3), so
  // that every text can be sent.
  percent,
  // Base64url without padding, of the text itself, or of the JSON of anything else.
  base64url,
};

struct claim_header {
  std::string name = {};   // of the field, in lower case
  std::string claim = {};  // a name or a path (jose/claim_path)
  claim_form form = claim_form::plain;
  std::string separator = ",";  // of an array's elements, for plain and percent

  bool operator==(const claim_header&) const = default;
};

struct claim_limits {
  std::size_t value = 4 * 1024;  // bytes of one field's value
  std::size_t all = 16 * 1024;   // of all together

  bool operator==(const claim_limits&) const = default;
};

// Throws std::invalid_argument for an empty claim, and a separator that is not one or more visible
// ASCII characters or spaces, or that percent-encoding could leave within an element. Names are for
// header_rules to judge.
void check(const claim_header& header);

// The value of the field; empty, and then no field is sent, for null, an empty text and an empty
// array. Numbers are written so that they are read as the same number again, 1.0 as 1. Refused with
// errc::claim_not_sendable: in `plain`, what a text may not have; in `plain` and `percent`, an
// array with an element that is empty, null, an array or an object. errc::claims_too_large past
// `most` bytes.
core::result<std::string> claim_text(jose::json_view value, const claim_header& header,
                                     std::size_t most);

struct claim_fault {
  errc error;
  std::string_view name;  // of the field; a view of its header
};

// Adds a field for each claim that is there. `claims` is the JSON object of a token that has been
// verified; `out` keeps views of the names in `headers`.
std::optional<claim_fault> add_claims(std::string_view claims,
                                      std::span<const claim_header> headers,
                                      const claim_limits& limits, field_list& out);

// What requests are spread by (balance): the text of the claim as it is, or the JSON of anything
// else. Nothing where it is not there, null or an empty text.
std::optional<std::string> claim_key(std::string_view claims, std::string_view claim);

}  // namespace latchkey::edge
