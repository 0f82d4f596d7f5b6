#include "common/text_table.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace latchkey::bench {
namespace {

TEST(text_table, columns_are_as_wide_as_what_stands_in_them) {
  text_table table{{"stage", "a second", ""}};
  table.add({"token_single", "1", "x"});
  table.add({"raw", "12,345,678,901"});
  EXPECT_EQ(table.text(),
            "stage               a second\n"
            "token_single               1  x\n"
            "raw           12,345,678,901\n");
}

TEST(text_table, takes_no_more_cells_than_heads) {
  text_table table{{"one"}};
  EXPECT_THROW(table.add({"one", "two"}), std::invalid_argument);
}

TEST(text_table, thousands_are_apart) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999.4), "999");
  EXPECT_EQ(grouped(999.6), "1,000");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(grouped(-123'456), "-123,456");
}

TEST(text_table, decimals_are_as_many_as_asked_for) {
  EXPECT_EQ(decimals(0.926, 2), "0.93");
  EXPECT_EQ(decimals(25, 1), "25.0");
}

}  // namespace
}  // namespace latchkey::bench
