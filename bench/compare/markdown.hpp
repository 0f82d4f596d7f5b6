// A comparison as Markdown: tables that can be copied into a document. Not for judging it.
#pragma once

#include "compare/figures.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::compare {

// A table as rows of cells, the first row its heads; shared by all forms of the report.
struct sheet {
  std::string title;
  std::vector<std::vector<std::string>> rows;
};

// Medians, with the least and the most behind them. What was not measured is "-".
sheet workload_sheet(const comparison& made, const workload_figures& workload);
// Open loop: each contender beside latchkey at the same rate.
sheet paced_sheet(const workload_figures& workload);
// Handshakes and idle connections.
sheet connection_sheet(const comparison& made);
// What a request costs over few connections and over many.
sheet crowd_sheet(const comparison& made);
// latchkey divided by each of the others: below 1 latchkey takes less.
sheet ratio_sheet(const comparison& made);
sheet alone_sheet(const comparison& made);

// All of them that have a figure in them, in the order shown.
std::vector<sheet> sheets_of(const comparison& made);
// What the figures were measured on and how, a sentence each.
std::vector<std::string> notes_of(const comparison& made);

std::string markdown_of(const comparison& made);

// "HAProxy", as it is written in a table.
std::string_view title_of(contender one);

}  // namespace latchkey::bench::compare
