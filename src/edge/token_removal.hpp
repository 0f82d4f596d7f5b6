// Values of fields without the tokens in them: what remains is the client's own. The places are
// read as auth::find_token reads them. Private to edge.
#pragma once

#include <latchkey/auth/token_place.hpp>
#include <latchkey/edge/field_list.hpp>

#include <span>
#include <string_view>

namespace latchkey::edge {

// The pairs of a Cookie field whose names are not those of a place; empty where none is left. A
// view of `pairs`, or of what `out` keeps.
std::string_view without_token_cookies(std::string_view pairs,
                                       std::span<const auth::token_place> places, field_list& out);

// The elements of a Sec-WebSocket-Protocol field that neither hold a token nor announce one.
std::string_view without_listed_tokens(std::string_view list,
                                       std::span<const auth::token_place> places, field_list& out);

}  // namespace latchkey::edge
