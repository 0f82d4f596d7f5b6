// Whether an MCP request may go on, and which scopes it needs: what its header fields and its body
// say, against the tables of its route. Pure. Not for reading either: mcp_fields, mcp_message; nor
// for tokens.
#pragma once

#include <latchkey/edge/mcp_fault.hpp>
#include <latchkey/edge/mcp_fields.hpp>
#include <latchkey/edge/mcp_message.hpp>
#include <latchkey/edge/mcp_settings.hpp>
#include <latchkey/edge/mcp_table.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/middleware/cors_policy.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

struct mcp_verdict {
  mcp_fault fault = mcp_fault::none;
  std::string_view about = {};  // the field at fault; static storage
  std::string_view asked = {};  // the revision at fault; of the fields or the message
  // Beside those of the route; owned by the rules.
  std::span<const std::string> of_method = {};
  std::span<const std::string> of_name = {};
};

class mcp_rules {
 public:
  // Throws std::invalid_argument where an origin is none.
  explicit mcp_rules(mcp_settings settings);

  const mcp_settings& settings() const { return settings_; }

  // Whether it comes from no page, or from one that is listed.
  bool takes_origin(const http::request_head& head) const;
  // A POST whose body has been read.
  mcp_verdict judge(const mcp_fields& fields, const mcp_message& message) const;
  // A POST by its fields alone.
  mcp_verdict judge_fields(const mcp_fields& fields) const;
  // GET and DELETE, which revisions before 2026-07-28 have.
  mcp_verdict judge_stream(const mcp_fields& fields) const;

 private:
  mcp_fault find_revision_fault(const mcp_fields& fields, const mcp_message& message,
                                mcp_verdict& made) const;
  mcp_verdict judge_named(std::string_view method, const std::string* name) const;
  const mcp_table* table_of(std::string_view method) const;
  bool serves(std::string_view revision) const;

  mcp_settings settings_;
  std::vector<middleware::origin_pattern> origins_;
  bool any_origin_ = false;
  mcp_table methods_;
  mcp_table tools_;
  mcp_table prompts_;
  mcp_resources resources_;
};

}  // namespace latchkey::edge
