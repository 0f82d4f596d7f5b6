#include "harness/free_port.hpp"

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <fstream>
#include <string>

namespace latchkey::bench::harness {
namespace {

struct range_case {
  const char* name;
  const char* text;
  port_range expected;
};

constexpr range_case cases[] = {
    {"below_the_usual_range", "32768\t60999\n", {10'000, 32'767}},
    {"above_where_that_is_more", "12000 40000", {40'001, 65'535}},
    {"above_a_range_of_low_ports", "1024 9000", {10'000, 65'535}},
    {"all_where_none_is_left_out", "1024 65535", {10'000, 65'535}},
    {"all_where_too_few_are_left_out", "10500 65000", {10'000, 65'535}},
    {"all_of_nothing", "", {10'000, 65'535}},
    {"all_of_words", "many ports", {10'000, 65'535}},
    {"all_of_one_number", "32768", {10'000, 65'535}},
    {"all_of_a_range_upside_down", "60999 32768", {10'000, 65'535}},
    {"all_of_numbers_that_are_no_ports", "32768 99999", {10'000, 65'535}},
};

class quiet_ports_of : public testing::TestWithParam<range_case> {};

TEST_P(quiet_ports_of, text) {
  EXPECT_EQ(quiet_ports(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(free_port, quiet_ports_of, testing::ValuesIn(cases), support::case_name);

// A connection to anywhere may be given any port of the system's range, at any time.
TEST(free_port, is_one_that_no_outgoing_connection_gets) {
  std::ifstream file{"/proc/sys/net/ipv4/ip_local_port_range"};
  std::string text;
  std::getline(file, text);
  const auto among = quiet_ports(text);
  for (int i = 0; i < 50; ++i) {
    const auto port = free_port();
    EXPECT_GE(port, among.first);
    EXPECT_LE(port, among.last);
  }
}

}  // namespace
}  // namespace latchkey::bench::harness
