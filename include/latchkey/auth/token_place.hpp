// Where a request may carry its token beside `Authorization: Bearer`, and the search for the one
// token over all these places. Not for the rules that go with a cookie: that is same_origin.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>

#include <span>
#include <string>
#include <string_view>

namespace latchkey::auth {

// A field or a cookie; exactly one of `header` and `cookie` is set.
struct token_place {
  // The name of the field. Sec-WebSocket-Protocol is read as the list it is.
  std::string header = {};
  // What stands before the token. One that ends in a letter, a digit or a space is a word: spaces
  // follow it, or in a list the next element. After any other the token follows at once. Empty: the
  // whole value is the token.
  std::string prefix = {};
  std::string cookie = {};  // its name, compared byte by byte

  bool operator==(const token_place&) const = default;
};

// Whether what carries a token for one of them can carry it for the other, too: find_token would
// find two. Not of a place and itself.
bool overlap(const token_place& a, const token_place& b);

// Authorization: Bearer, where every token may be.
const token_place& bearer_place();

struct found_token {
  std::string_view text;               // a view into the head
  const token_place* place = nullptr;  // one of those that were given; null: Authorization
};

// The one token of a request: of `Authorization: Bearer` as bearer_token finds it, or of one of the
// places. A field or a cookie without a value, and a field that does not begin with the prefix,
// carries none. Beside the errors of bearer_token: token_in_two_places where there are two, be they
// the same, in a field or cookie that comes twice, or beside an `access_token` in the query;
// malformed_credentials where what is found is no b64token.
core::result<found_token> find_token(const http::request_head& head, std::string_view query,
                                     std::span<const token_place> places);

}  // namespace latchkey::auth
