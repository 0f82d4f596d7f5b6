// The parts that all HTML reports share: style sheet, tables, the frame of an SVG drawing. Not for
// what is drawn, nor for the content of a report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench {

// Everything before a page's first paragraph; its title is also its first heading. The page needs
// no other file.
std::string page_begin(std::string_view title);
std::string page_end();

// Faint lines, one below the other.
std::string notes_list(const std::vector<std::string>& notes);

// The first row is of heads. Nothing for no rows below it.
std::string titled_table(std::string_view title, const std::vector<std::vector<std::string>>& rows);

// Around the elements of an inline SVG of that size, with its title as a caption.
std::string svg_begin(std::string_view title, double width, double height);
std::string svg_end();

}  // namespace latchkey::bench
