// The places of a token other than `Authorization: Bearer`, and the search for the one token of a
// request in all of them. Not for the rules for cookies: that is same_origin.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>

#include <span>
#include <string>
#include <string_view>

namespace latchkey::auth {

// A field or a cookie; exactly one of `header` and `cookie` is set.
struct token_place {
  // The name of the field. Sec-WebSocket-Protocol is parsed as a list.
  std::string header = {};
  // The text before the token. If it ends in a letter, a digit or a space it is a word: spaces
  // follow it, or in a list the token is the next element. Otherwise the token follows directly.
  // Empty: the whole value is the token.
  std::string prefix = {};
  std::string cookie = {};  // its name, compared byte by byte

  bool operator==(const token_place&) const = default;
};

// Whether one field or cookie can match both places, so that find_token would find two tokens. Not
// for a place and itself.
bool overlap(const token_place& a, const token_place& b);

// Authorization: Bearer, where every token may be.
const token_place& bearer_place();

struct found_token {
  std::string_view text;               // a view into the head
  const token_place* place = nullptr;  // one of those that were given; null: Authorization
};

// The one token of a request: of `Authorization: Bearer` as bearer_token finds it, or of one of the
// places. An empty field or cookie, and a field without the prefix, has no token. Beside the errors
// of bearer_token: token_in_two_places if there are two, even if equal, in repeated fields or
// cookies, or beside an `access_token` in the query; malformed_credentials if the text is not a
// b64token.
core::result<found_token> find_token(const http::request_head& head, std::string_view query,
                                     std::span<const token_place> places);

// The same but that the characters of the one of Authorization are not looked at: for who compares
// it with tokens that have passed, and asks find_token where it is none of them.
core::result<found_token> find_token_text(const http::request_head& head, std::string_view query,
                                          std::span<const token_place> places);

}  // namespace latchkey::auth
