// What a text of the configuration may be, where it is a rule of its own: URLs, names, fields,
// rates. Not for reading or writing it: that is config_rules.
#pragma once

#include <string_view>

namespace latchkey::app::rule {

bool is_listen_address(std::string_view text);  // "127.0.0.1:8443", "[::1]:0", "systemd:NAME"
bool is_secure_url(std::string_view text);      // https, or http to this machine; no user, fragment
// https, or http to this machine; in lower case and without a port that goes without saying, so
// that there is one spelling; a path of plain segments, no '/' at its end but for the whole of it.
bool is_resource_identifier(std::string_view text);
bool is_host_name(std::string_view text);   // not an address, no port
bool is_web_url(std::string_view text);     // https or http; no user, fragment
bool is_scope(std::string_view text);       // RFC 6749 section 3.3, scope-token
bool is_identifier(std::string_view text);  // not empty, no control character
bool is_claim_path(std::string_view text);  // an identifier with at most 16 dots
bool is_proxy(std::string_view text);       // "none", or what net::parse_proxy takes
bool is_field_name(std::string_view text);  // a token of RFC 9110 section 5.6.2
// A field name that has no meaning of its own for the connection or the request.
bool is_token_field(std::string_view text);
// Printable ASCII that does not begin with a space.
bool is_token_prefix(std::string_view text);
// A token of RFC 9110 section 5.6.2 that is none of the fields the client sets itself.
bool is_own_field(std::string_view text);
// What may stand before the rest of such a value: it may end in a space.
bool is_field_prefix(std::string_view text);
// Visible ASCII, with spaces and tabs within only (RFC 9110 section 5.5).
bool is_field_value(std::string_view text);
bool is_page_origin(std::string_view text);       // "*", or what middleware::parse_origin takes
bool is_method_name(std::string_view text);       // a token of RFC 9110 section 9.1; "*", too
bool is_mcp_revision(std::string_view text);      // a date, "2025-03-26" or later
bool is_rate(std::string_view text);              // what middleware::parse_rate takes
bool is_hsts(std::string_view text);              // RFC 6797 section 6.1, max-age first
bool is_answer_field(std::string_view text);      // a field that may be added to any answer
bool is_network(std::string_view text);           // what net::network takes
bool is_upstream_name(std::string_view text);     // letters, digits, '-', '_' and '.'
bool is_upstream_address(std::string_view text);  // an http or https URL of scheme, host and port
bool is_balance(std::string_view text);           // "least" or "hash:CLAIM"
bool is_request_path(std::string_view text);      // what GET can ask for, a query perhaps
bool is_sent_host(std::string_view text);         // "keep", "upstream", or what Host may say

}  // namespace latchkey::app::rule
