#include "compare/markdown.hpp"

#include "compare/tables.hpp"

#include <algorithm>

namespace latchkey::bench::compare {
namespace {

// A bar ends a cell; so does a line feed.
std::string cell_text(std::string_view text) {
  std::string safe;
  for (const char one : text) {
    if (one == '|') safe += '\\';
    safe += one == '\n' || one == '\r' ? ' ' : one;
  }
  return safe;
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const auto& one : cells) line += " " + cell_text(one) + " |";
  return line + '\n';
}

std::string table_of(const table& one) {
  auto text = "### " + cell_text(one.title) + "\n\n" + line_of(one.rows.front());
  text += "|---|";
  for (std::size_t i = 1; i < one.rows.front().size(); ++i) text += "--:|";
  text += '\n';
  for (auto row = one.rows.begin() + 1; row != one.rows.end(); ++row) text += line_of(*row);
  return text;
}

}  // namespace

std::string markdown_of(const comparison& made) {
  std::string text = "## latchkey compared\n\n";
  for (const auto& one : notes_of(made)) text += "- " + cell_text(one) + '\n';
  for (const auto& one : tables_of(made)) text += '\n' + table_of(one);
  return text;
}

}  // namespace latchkey::bench::compare
