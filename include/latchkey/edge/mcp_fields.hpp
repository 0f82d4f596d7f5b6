// The header fields in which an MCP request says what its body is (revision 2026-07-28): found,
// and decoded. Pure. Not for whether that is so: mcp_rules.
#pragma once

#include <latchkey/edge/mcp_fault.hpp>
#include <latchkey/http/request.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::edge {

inline constexpr std::string_view mcp_revision_field = "MCP-Protocol-Version";
inline constexpr std::string_view mcp_method_field = "Mcp-Method";
inline constexpr std::string_view mcp_name_field = "Mcp-Name";

struct mcp_fields {
  std::optional<std::string_view> revision;
  std::optional<std::string_view> method;
  std::optional<std::string> name;  // decoded
};

struct mcp_fields_reading {
  mcp_fault fault = mcp_fault::none;
  std::string_view about;  // the field at fault; static storage
  mcp_fields fields;
};

// Views are into the head. At fault is a field that is there twice, in any spelling that a server
// behind may take for it (see fold); an empty one; one with other than visible ASCII and spaces;
// and Connection where it has one of them, or one of the content's, go no further.
mcp_fields_reading read_mcp_fields(const http::request_head& head);

// The name that a value of Mcp-Name stands for: itself, or in the form =?base64?TEXT?= the bytes of
// TEXT, in the standard alphabet with padding (RFC 4648 section 4). Nothing for that form with
// another text, of nothing or with a NUL in it, or with its marks in other letters.
std::optional<std::string> decode_mcp_name(std::string_view value);

}  // namespace latchkey::edge
