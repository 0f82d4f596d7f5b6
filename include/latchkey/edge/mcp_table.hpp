// What the rows of a table say of a method, a tool, a prompt or a resource. Pure. Not for what a
// request needs in all: mcp_rules.
#pragma once

#include <latchkey/edge/mcp_settings.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// One table: what a name needs. The row of the very name goes before one of how it begins, and of
// those the longest does.
class mcp_table {
 public:
  mcp_table() = default;
  explicit mcp_table(std::vector<mcp_row> rows);

  bool empty() const { return exact_.empty() && beginnings_.empty(); }
  // Null where no row names it. Valid as long as the table.
  const std::vector<std::string>* find(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> exact_;
  std::vector<mcp_row> beginnings_;  // the longest first
};

// The table of resources, whose URIs others may read in another way.
class mcp_resources {
 public:
  mcp_resources() = default;
  explicit mcp_resources(const std::vector<mcp_row>& rows);

  const mcp_table& table() const { return table_; }
  // Whether its row asks for all that is asked for by the rows of what others may take it for: who
  // decodes it, or drops its fragment, finds the same row, and who drops some of it (see
  // shorter_uris) none that asks for more. False of what is_ambiguous_uri.
  bool is_decided(const std::string& uri) const;

 private:
  bool is_same(const std::vector<std::string>* row, std::string_view uri) const;
  bool asks_for_more(const std::vector<std::string>* row, std::string_view uri) const;

  mcp_table table_;
  mcp_table decoded_;  // its rows as who decodes them has them
};

}  // namespace latchkey::edge
