// JSON in visible ASCII, for values of fields. Private to edge.
#pragma once

#include <latchkey/edge/claim_headers.hpp>
#include <latchkey/jose/json_view.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace latchkey::edge {

// Appends the value as JSON without white space; whatever is not visible ASCII in a text is
// escaped, past the basic plane as a pair (RFC 8259 section 7). Goes as deep as the value, which
// the parser has bounded. False for a number that would be another one then: an integer of more
// than 64 bits is known by its nearest double alone.
bool append_json(std::string& out, jose::json_view value);

// The same of a text, which must be UTF-8.
void append_json_text(std::string& out, std::string_view text);

// A text in the form plain or percent. False where it cannot be sent in it.
bool append_claim_text(std::string& out, std::string_view text, claim_form form);

// Ends an element of a list that begins at `begin` of `out`. False where the separator is in it, or
// comes about at its end: whoever takes the list apart would find another element.
bool append_separator(std::string& out, std::size_t begin, std::string_view separator);

}  // namespace latchkey::edge
