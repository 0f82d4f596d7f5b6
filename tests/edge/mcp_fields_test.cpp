#include "support/cases.hpp"

#include <latchkey/edge/mcp_fields.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

struct name_case {
  const char* name;
  std::string value;
  std::string reads;  // "-" where it is refused
};

const name_case names[] = {
    {"plain", "echo", "echo"},
    {"plain_with_marks_inside", "a=?base64?b?=c", "a=?base64?b?=c"},
    {"a_question", "=?x?=", "=?x?="},
    {"of_the_specification", "=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, \xE4\xB8\x96\xE7\x95\x8C"},
    {"padded_text", "=?base64?IHBhZGRlZCA=?=", " padded "},
    {"a_line_end", "=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"},
    {"the_marks_themselves", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="},
    {"plain_in_it", "=?base64?ZWNobw==?=", "echo"},
    {"without_padding", "=?base64?ZWNobw?=", "-"},
    {"too_much_padding", "=?base64?ZWNobw===?=", "-"},
    {"bits_behind_the_end", "=?base64?ZWNobx==?=", "-"},
    {"alphabet_of_urls", "=?base64?PT9iYXNlNjQ_bGl0ZXJhbD89?=", "-"},
    {"a_space_in_it", "=?base64?ZWNo bw==?=", "-"},
    {"nothing_in_it", "=?base64?\?=", "-"},
    {"marks_that_overlap", "=?base64?=", "-"},
    {"no_utf8_in_it", "=?base64?cHViX/9zZWNyZXQ=?=", "-"},
    {"a_nul_in_it", "=?base64?ZWNobwA=?=", "-"},
    {"capitals", "=?BASE64?ZWNobw==?=", "-"},
    {"not_ended", "=?base64?ZWNobw==", "=?base64?ZWNobw=="},
};

struct names_decoded : testing::TestWithParam<name_case> {};

TEST_P(names_decoded, as_told) {
  EXPECT_EQ(decode_mcp_name(GetParam().value).value_or("-"), GetParam().reads);
}

INSTANTIATE_TEST_SUITE_P(mcp, names_decoded, testing::ValuesIn(names), support::case_name);

struct fields_case {
  const char* name;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string reads;  // "revision method name", '-' for each that is not there; or the fault
};

std::string told(const fields_case& one) {
  http::request_head head;
  for (const auto& [name, value] : one.fields) head.fields.push_back({name, value});
  const auto read = read_mcp_fields(head);
  if (read.fault != mcp_fault::none) {
    return std::string{reason(read.fault)} + ' ' + std::string{read.about};
  }
  const auto& is = read.fields;
  return std::string{is.revision.value_or("-")} + ' ' + std::string{is.method.value_or("-")} + ' ' +
         is.name.value_or("-");
}

const fields_case heads[] = {
    {"none", {{"host", "a"}, {"mcp-session-id", "x"}, {"Mcp-Param-Region", "y"}}, "- - -"},
    {"all",
     {{"MCP-Protocol-Version", "2026-07-28"}, {"mcp-method", "tools/call"}, {"MCP-NAME", "echo"}},
     "2026-07-28 tools/call echo"},
    {"method_twice",
     {{"Mcp-Method", "ping"}, {"mcp-method", "ping"}},
     "mcp_field_malformed Mcp-Method"},
    {"name_twice", {{"Mcp-Name", "a"}, {"Mcp-Name", "a"}}, "mcp_field_malformed Mcp-Name"},
    {"name_of_a_program", {{"Mcp-Name", "a"}, {"Mcp_Name", "b"}}, "mcp_field_malformed Mcp-Name"},
    {"name_of_a_program_alone", {{"mcp.method", "b"}}, "mcp_field_malformed Mcp-Method"},
    {"empty", {{"Mcp-Method", ""}}, "mcp_field_malformed Mcp-Method"},
    {"no_ascii", {{"Mcp-Name", "caf\xC3\xA9"}}, "mcp_field_malformed Mcp-Name"},
    {"a_tab", {{"Mcp-Name", "a\tb"}}, "mcp_field_malformed Mcp-Name"},
    {"a_code_that_is_none", {{"Mcp-Name", "=?base64?!?="}}, "mcp_field_malformed Mcp-Name"},
    {"taken_away",
     {{"Connection", "close, Mcp-Name"}, {"Mcp-Name", "echo"}},
     "mcp_field_malformed Connection"},
    {"content_taken_away", {{"connection", "content_type"}}, "mcp_field_malformed Connection"},
    {"others_taken_away", {{"Connection", "keep-alive, x-mcp"}}, "- - -"},
    {"revision_twice",
     {{"MCP-Protocol-Version", "2026-07-28"}, {"MCP-Protocol-Version", "2025-06-18"}},
     "mcp_field_malformed MCP-Protocol-Version"},
};

struct heads_read : testing::TestWithParam<fields_case> {};

TEST_P(heads_read, as_told) {
  EXPECT_EQ(told(GetParam()), GetParam().reads);
}

INSTANTIATE_TEST_SUITE_P(mcp, heads_read, testing::ValuesIn(heads), support::case_name);

}  // namespace
}  // namespace latchkey::edge
