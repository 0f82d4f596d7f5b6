// What is set of a route that leads to an MCP server (Model Context Protocol), as plain values with
// their defaults: the configuration embeds them. Not for what is decided by them: mcp_rules.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// The first revision whose requests say in header fields what they are. Revisions are dates, and
// compare as texts.
inline constexpr std::string_view first_mcp_revision_with_fields = "2026-07-28";

inline bool has_mcp_fields(std::string_view revision) {
  return revision >= first_mcp_revision_with_fields;
}

// A name, or with '*' at its end how names begin, and the scopes that it needs.
struct mcp_row {
  std::string name;
  std::vector<std::string> scopes;

  bool operator==(const mcp_row&) const = default;
};

// What becomes of what no row of a table names that has rows.
enum class mcp_unlisted : std::uint8_t { deny, allow };

struct mcp_settings {
  bool enabled = false;
  // The latest first, as a client is told them.
  std::vector<std::string> revisions = {"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"};
  // Of pages that may ask; a request without Origin is not of one.
  std::vector<std::string> origins;
  // The upstream compares fields and body itself: decided by the fields alone.
  bool upstream_checks = false;
  mcp_unlisted unlisted = mcp_unlisted::deny;
  std::vector<mcp_row> methods;
  std::vector<mcp_row> tools;
  std::vector<mcp_row> prompts;
  std::vector<mcp_row> resources;

  bool operator==(const mcp_settings&) const = default;
};

}  // namespace latchkey::edge
