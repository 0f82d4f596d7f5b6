#include <latchkey/edge/mcp_table.hpp>
#include <latchkey/edge/mcp_uri.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::edge {
namespace {

std::vector<mcp_row> decoded(std::vector<mcp_row> rows) {
  for (auto& row : rows) row.name = decoded_uri(row.name);
  return rows;
}

}  // namespace

mcp_table::mcp_table(std::vector<mcp_row> rows) {
  for (auto& row : rows) {
    if (row.name.ends_with('*')) {
      row.name.pop_back();
      beginnings_.push_back(std::move(row));
    } else {
      exact_[std::move(row.name)] = std::move(row.scopes);
    }
  }
  std::stable_sort(beginnings_.begin(), beginnings_.end(),
                   [](const auto& a, const auto& b) { return a.name.size() > b.name.size(); });
}

const std::vector<std::string>* mcp_table::find(std::string_view name) const {
  if (const auto found = exact_.find(name); found != exact_.end()) return &found->second;
  const auto begins = [name](const mcp_row& row) { return name.starts_with(row.name); };
  const auto found = std::find_if(beginnings_.begin(), beginnings_.end(), begins);
  return found == beginnings_.end() ? nullptr : &found->scopes;
}

mcp_resources::mcp_resources(const std::vector<mcp_row>& rows)
    : table_{rows}, decoded_{decoded(rows)} {}

bool mcp_resources::is_same(const std::vector<std::string>* row, std::string_view uri) const {
  const auto same = [row](const std::vector<std::string>* other) {
    return row == nullptr || other == nullptr ? row == other : *row == *other;
  };
  return same(table_.find(uri)) && same(decoded_.find(decoded_uri(uri)));
}

bool mcp_resources::asks_for_more(const std::vector<std::string>* row, std::string_view uri) const {
  const auto more = [row](const std::vector<std::string>* other) {
    if (other == nullptr) return false;
    return std::any_of(other->begin(), other->end(), [row](const std::string& scope) {
      return row == nullptr || std::find(row->begin(), row->end(), scope) == row->end();
    });
  };
  return more(table_.find(uri)) || more(decoded_.find(uri));
}

bool mcp_resources::is_decided(const std::string& uri) const {
  if (is_ambiguous_uri(uri)) return false;
  const auto* const row = table_.find(uri);
  if (!is_same(row, uri)) return false;
  if (const auto end = uri.find('#'); end != uri.npos && !is_same(row, uri.substr(0, end))) {
    return false;
  }
  const auto all = shorter_uris(uri);
  return std::none_of(all.begin(), all.end(),
                      [&](const std::string& one) { return asks_for_more(row, one); });
}

}  // namespace latchkey::edge
