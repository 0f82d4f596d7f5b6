// JSON in visible ASCII, for values of fields. Private to edge.
#pragma once

#include <latchkey/jose/json_view.hpp>

#include <string>

namespace latchkey::edge {

// Appends the value as JSON without white space; whatever is not visible ASCII in a text is
// escaped, past the basic plane as a pair (RFC 8259 section 7). Goes as deep as the value, which
// the parser has bounded. False for a number that would be another one then: an integer of more
// than 64 bits is known by its nearest double alone.
bool append_json(std::string& out, jose::json_view value);

}  // namespace latchkey::edge
