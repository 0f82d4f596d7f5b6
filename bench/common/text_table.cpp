#include "common/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace latchkey::bench {

text_table::text_table(std::vector<std::string> heads) : rows_{std::move(heads)} {}

void text_table::add(std::vector<std::string> row) {
  if (row.size() > rows_.front().size()) throw std::invalid_argument{"more cells than heads"};
  rows_.push_back(std::move(row));
}

std::string text_table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i == 0 ? fmt::format("{:<{}}", row[i], widths[i])
                     : fmt::format("  {:>{}}", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string grouped(double number) {
  auto text = fmt::format("{}", std::llround(number));
  const std::size_t digits_from = text.starts_with('-') ? 1 : 0;
  for (auto at = text.size(); at > digits_from + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string decimals(double number, int count) {
  return fmt::format("{:.{}f}", number, count);
}

}  // namespace latchkey::bench
