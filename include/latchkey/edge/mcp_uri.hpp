// Whether the URI of an MCP resource can be judged by its letters. Pure. Not for the rows that it
// is compared with: mcp_rules; and not for URLs that are gone to: http/url.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// Whether a URI (RFC 3986) may mean another resource to who reads it than its letters say, or has
// another spelling of the same meaning: dot segments, wherever they stand, and empty ones;
// backslashes, control characters and what a reader would encode itself; encodings of what needs
// none, in small letters, or of no UTF-8; capitals in scheme or host; no scheme; and of the schemes
// that readers bring into a normal form (file, http, https, ws, wss, ftp) an authority that is not
// in it, or none where one belongs; of the others a user, an address in brackets, an odd port; of
// file a query or a fragment, which its readers drop; of urn capitals in the name of the namespace.
bool is_ambiguous_uri(std::string_view uri);

// As who decodes before he compares has it: an encoding of what RFC 3986 section 2.2 reserves may
// mean the same as the character, or not.
std::string decoded_uri(std::string_view uri);

// What readers take it for who drop some of it, one or more at a time: its fragment, which none of
// these has; its query; the parameters of segments (RFC 3986 section 3.3); the last slash; an empty
// authority, which others write where there is none. The same of how it is decoded, which some do
// before they look for any of these. At most 32.
std::vector<std::string> shorter_uris(std::string_view uri);

}  // namespace latchkey::edge
