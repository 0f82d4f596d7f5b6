// The tables of the documentation that say what the code says: keys, handlers, metrics. Not for the
// text around them.
#pragma once

#include <string>
#include <vector>

namespace latchkey::app {

// A piece of Markdown that stands in docs/*.md between begin_mark(name) and end_mark.
struct reference_table {
  std::string name;  // "keys of server.limits", "handlers"
  std::string text;  // ends in a line break
};

std::vector<reference_table> reference_tables();

std::string begin_mark(const std::string& name);
inline constexpr const char* end_mark = "<!-- end of generated text -->";

// The table with its marks, each on a line of its own and an empty line within it.
std::string marked(const reference_table& table);

}  // namespace latchkey::app
