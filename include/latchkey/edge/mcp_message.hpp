// What an MCP message (JSON-RPC 2.0) says of itself, read from its text in one pass that keeps
// nothing else of it: who judges it and who serves it are to read the same. Pure. Not for arguments
// and results, and not for header fields: mcp_fields.
#pragma once

#include <latchkey/edge/mcp_fault.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::edge {

struct mcp_message {
  enum class kind : std::uint8_t { request, notification, response };

  kind what = kind::request;
  std::string method;               // visible ASCII; empty for a response
  std::optional<std::string> name;  // params.name
  std::optional<std::string> uri;   // params.uri
  std::optional<std::string> task;  // params.taskId
  // params._meta["io.modelcontextprotocol/protocolVersion"], and that of `initialize`.
  std::optional<std::string> revision;
  std::optional<std::string> offered;  // params.protocolVersion
  // One of name, uri and taskId is there and no text.
  bool has_odd_name = false;
  std::string id;  // as JSON; empty where there is none
};

struct mcp_reading {
  mcp_fault fault = mcp_fault::none;
  // With a fault, as much as was read before it: its id is for the answer.
  mcp_message message;
};

// Reads the whole of a message. Members may come in any order. A member that decides may be there
// once, and not beside one that some readers take for it: in other letters, with a NUL behind it,
// or `__proto__`. Arrays of messages, what RFC 8259 does not allow, bytes that are not UTF-8, more
// than 64 arrays and objects within one another, and texts longer than a header field could carry
// (method 256 bytes, name and uri 8 KiB, id 1 KiB) are faults. Takes memory for what it keeps.
mcp_reading read_mcp_message(std::string_view text);

}  // namespace latchkey::edge
