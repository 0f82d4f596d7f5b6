// A table in plain text for terminals and files, its columns as wide as what stands in them.
#pragma once

#include <string>
#include <vector>

namespace latchkey::bench {

// The first column is set to the left, the others to the right.
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

// Rounded to a whole number, its thousands apart: 12,345.
std::string grouped(double number);
// With that many decimals: 0.93.
std::string decimals(double number, int count);

}  // namespace latchkey::bench
