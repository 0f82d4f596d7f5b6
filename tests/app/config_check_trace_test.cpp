// What [trace] is read as, and what is refused of it.
#include "config_cases.hpp"
#include "support/cases.hpp"

#include <latchkey/app/config_print.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::app {
namespace {

constexpr const char* last = "handler = \"notes.read\"\n";

std::string with_trace(const std::string& table) {
  return std::string{smallest_config} + table;
}

config loaded(const std::string& text) {
  return parse_config(text, test_source()).value();
}

TEST(config_trace, is_off_without_its_table) {
  EXPECT_FALSE(loaded(std::string{smallest_config}).trace.enabled);
  EXPECT_TRUE(loaded(with_trace("[trace]\n")).trace.enabled);
  EXPECT_FALSE(loaded(with_trace("[trace]\nenabled = false\n")).trace.enabled);
  auto source = test_source();
  source.flags = {"trace.sample=0.5"};
  const auto set = parse_config(smallest_config, source).value().trace;
  EXPECT_TRUE(set.enabled);
  EXPECT_EQ(set.sample, 0.5);
}

TEST(config_trace, is_read_and_printed_alike) {
  for (const auto& text : {std::string{smallest_config},
                           with_trace("[trace]\nsample = 0.125\nservice_name = \"edge\"\n"
                                      "endpoint = \"https://otel.example/v1/traces\"\n"
                                      "queue = 9\nbatch = 8\ninterval = \"1s\"\n"
                                      "[[trace.header]]\nname = \"X-A\"\nvalue_file = \"t\"\n"
                                      "value_prefix = \"Bearer \"\n")}) {
    const auto first = loaded(text);
    EXPECT_EQ(loaded(to_toml(first)).trace, first.trace) << to_toml(first);
  }
  const auto one =
      loaded(with_trace("[trace]\n[[trace.header]]\nname = \"X-A\"\n"
                        "value_file = \"t\"\n"));
  EXPECT_EQ(one.trace.headers.at(0).value_file, "/etc/latchkey/t");
}

TEST(config_trace, has_routes_write_the_fields_themselves) {
  std::string text{smallest_config};
  text.replace(text.find(last), std::string{last}.size(),
               "upstream = \"api\"\n[[upstream]]\nname = \"api\"\n"
               "addresses = [\"http://127.0.0.1:1\"]\n");
  EXPECT_FALSE(loaded(text).routes.at(0).forward.headers.traced);
  EXPECT_TRUE(loaded(text + "[trace]\n").routes.at(0).forward.headers.traced);
}

TEST(config_trace, a_ratio_is_written_as_it_is_read) {
  for (const char* one : {"0", "1", "0.01", "0.333", "1.0", "1e-7", "0.0"}) {
    const auto first = loaded(with_trace("[trace]\nsample = " + std::string{one} + "\n"));
    EXPECT_EQ(loaded(to_toml(first)).trace.sample, first.trace.sample) << one;
  }
}

class config_check_trace : public testing::TestWithParam<refused_file> {};

TEST_P(config_check_trace, refuses_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

#define TRACE "handler = \"notes.read\"\n[trace]\n"
#define HEADER TRACE "[[trace.header]]\n"

const refused_file cases[] = {
    {"fine", last, TRACE, ""},
    {"fine_without_export", last, TRACE "endpoint = \"\"\n", ""},
    {"fine_over_http", last, TRACE "endpoint = \"http://otel:4318/v1/traces\"\nallow_http = true\n",
     ""},
    {"http_elsewhere", last, TRACE "endpoint = \"http://otel:4318/v1/traces\"\n",
     "13:12: trace.endpoint: found \"http://otel:4318/v1/traces\", over which anybody on the way "
     "can read the spans; expected an https URL, or allow_http = true of [trace]\n"},
    {"no_url", last, TRACE "endpoint = \"otel:4318\"\n",
     "13:12: trace.endpoint: found string \"otel:4318\", expected an https or http URL, without "
     "user or fragment\n"},
    {"more_than_all", last, TRACE "sample = 1.5\n",
     "13:10: trace.sample: found a number with a fraction, expected a number from 0 to 1\n"},
    {"less_than_none", last, TRACE "sample = -1\n",
     "13:10: trace.sample: found integer -1, expected a number from 0 to 1\n"},
    {"no_number", last, TRACE "sample = nan\n",
     "13:10: trace.sample: found a number with a fraction, expected a number from 0 to 1\n"},
    {"a_text", last, TRACE "sample = \"all\"\n",
     "13:10: trace.sample: found string \"all\", expected a number from 0 to 1\n"},
    {"a_large_batch", last, TRACE "queue = 10\nbatch = 11\n",
     "14:9: trace.batch: found 11, which is more than queue (10)\n"},
    {"a_header_without_value", last, HEADER "name = \"X-A\"\n",
     "13:1: trace.header.0.value: missing; expected this, or value_file\n"},
    {"a_header_of_ours", last, HEADER "name = \"content-type\"\nvalue = \"a\"\n",
     "14:8: trace.header.0.name: found \"content-type\", which the exporter sets itself\n"},
    {"a_header_twice", last,
     HEADER "name = \"X-A\"\nvalue = \"a\"\n[[trace.header]]\nname = \"x-a\"\nvalue = \"b\"\n",
     "17:8: trace.header.1.name: found \"x-a\", which is header.0 already\n"},
};

INSTANTIATE_TEST_SUITE_P(all, config_check_trace, testing::ValuesIn(cases), support::case_name);

}  // namespace
}  // namespace latchkey::app
