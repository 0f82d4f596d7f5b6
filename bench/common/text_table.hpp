// A plain-text table with columns as wide as their content, for terminals and files.
#pragma once

#include <string>
#include <vector>

namespace latchkey::bench {

// The first column is left-aligned, the others right-aligned.
class text_table {
 public:
  explicit text_table(std::vector<std::string> heads);

  // A row of fewer cells leaves the last ones empty. Throws std::invalid_argument for more.
  void add(std::vector<std::string> row);

  // Every line ends in a line feed and has no spaces before it.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// Rounded to an integer, with thousands separators: 12,345.
std::string grouped(double number);
// With that many decimals: 0.93.
std::string decimals(double number, int count);

}  // namespace latchkey::bench
