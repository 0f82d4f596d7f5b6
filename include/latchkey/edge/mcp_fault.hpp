// What can be wrong with a request to an MCP server, beside its token and its scopes: a stable code
// for each, and the answer. Not for finding out: mcp_rules, mcp_message.
#pragma once

#include <latchkey/http/response.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::edge {

enum class mcp_fault : std::uint8_t {
  none,
  origin,           // of a page that is not listed
  http_method,      // GET or DELETE by a revision that has neither
  body_not_wanted,  // of GET or DELETE
  content_type,
  content_encoding,
  not_json,     // JSON-RPC -32700
  not_message,  // JSON that is no JSON-RPC message; -32600
  batch,        // several messages at once
  name_twice,   // a member that decides is there twice, or once more in a spelling some read alike
  field_missing,
  field_malformed,
  field_mismatch,  // with the body; these three are -32020
  revision,        // one that is not served; -32022
  not_listed,      // no row names the method, or what it is about
  ambiguous_uri,   // other servers may take it for another one
};

// Static storage; empty for none.
std::string_view reason(mcp_fault fault);

// What the answer says of a request beside the fault.
struct mcp_fault_details {
  std::string_view id = {};                     // of the message, as JSON; empty: none is known
  std::string_view about = {};                  // the field at fault; static storage
  std::span<const std::string> revisions = {};  // for mcp_fault::revision: those that are served
  std::string_view asked = {};                  // and the one that was asked for
};

// JSON-RPC's error object where a client of MCP looks for one, else {"detail": text}. Of what the
// client has sent it has nothing but the id, and the revision.
http::response answer(mcp_fault fault, const mcp_fault_details& details = {});

}  // namespace latchkey::edge
