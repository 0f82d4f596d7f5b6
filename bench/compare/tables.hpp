// The tables and notes that every readable form of a comparison shows. Not for how they are drawn.
#pragma once

#include "compare/figures.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::compare {

// Rows of cells, the first row holds the column heads.
struct table {
  std::string title;
  std::vector<std::vector<std::string>> rows;
};

// Medians, with the least and the most behind them. What was not measured is "-".
table workload_table(const comparison& made, const workload_figures& workload);
// Open loop: each contender beside latchkey at the same rate.
table paced_table(const workload_figures& workload);
// Handshakes and idle connections.
table connection_table(const comparison& made);
// What a request costs over few connections and over many.
table connection_scaling_table(const comparison& made);
// latchkey divided by each of the others: below 1 latchkey takes less.
table ratio_table(const comparison& made);
table worker_scaling_table(const comparison& made);

// All of them that have a figure in them, in the order shown.
std::vector<table> tables_of(const comparison& made);
// What the figures were measured on and how, a sentence each.
std::vector<std::string> notes_of(const comparison& made);

// "HAProxy", as it is written in a table.
std::string_view title_of(contender one);

}  // namespace latchkey::bench::compare
