#include "support/cases.hpp"

#include <latchkey/edge/mcp_message.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::edge {
namespace {

struct text_case {
  const char* name;
  std::string text;
  std::string reads;  // as told() has it, or the reason of the fault
};

std::string told(std::string_view text) {
  const auto read = read_mcp_message(text);
  if (read.fault != mcp_fault::none) return std::string{reason(read.fault)};
  const auto& is = read.message;
  const char* kinds[] = {"request", "notification", "response"};
  std::string made = kinds[static_cast<int>(is.what)];
  const auto add = [&made](const char* name, const std::optional<std::string>& value) {
    if (value) made += std::string{" "} + name + '=' + *value;
  };
  if (!is.method.empty()) add("method", is.method);
  add("name", is.name);
  add("uri", is.uri);
  add("task", is.task);
  add("revision", is.revision);
  add("offered", is.offered);
  if (is.has_odd_name) made += " odd";
  if (!is.id.empty()) add("id", is.id);
  return made;
}

// A request with these params.
std::string with(const std::string& params, const std::string& method = "tools/call") {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
}

const text_case texts[] = {
    {"a_tool", with(R"({"name":"echo","arguments":{"name":"other","uri":[{"method":"x"}]}})"),
     "request method=tools/call name=echo id=1"},
    {"in_any_order",
     R"({"params":{"arguments":{"a":{"b":[1,{"name":"no"}]}},"name":"echo"},"method":"tools/call","id":"7","jsonrpc":"2.0"})",
     "request method=tools/call name=echo id=\"7\""},
    {"a_resource", with(R"({"uri":"file:///a"})", "resources/read"),
     "request method=resources/read uri=file:///a id=1"},
    {"a_task", with(R"({"taskId":"t1"})", "tasks/get"), "request method=tasks/get task=t1 id=1"},
    {"its_revision",
     with(
         R"({"_meta":{"x":{"io.modelcontextprotocol/protocolVersion":"no"},"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})"),
     "request method=tools/call revision=2026-07-28 id=1"},
    {"an_offer", with(R"({"protocolVersion":"2025-11-25"})", "initialize"),
     "request method=initialize offered=2025-11-25 id=1"},
    {"a_notification", R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
     "notification method=notifications/initialized"},
    {"a_result", R"({"jsonrpc":"2.0","id":3,"result":{"name":"x"}})", "response id=3"},
    {"an_error", R"({"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"x"}})", "response id=3"},
    {"escapes_are_letters",
     R"({"jsonrpc":"2.0","id":1,"met\u0068od":"tools\/c\u0061ll","par\u0061ms":{"n\u0061me":"\u0065cho"}})",
     "request method=tools/call name=echo id=1"},
    {"white_space", " \r\n\t{ \"jsonrpc\" : \"2.0\" , \"id\" : -5 , \"method\" : \"ping\" }\n",
     "request method=ping id=-5"},
    {"a_name_that_is_no_text", with(R"({"name":{"name":"echo"}})"),
     "request method=tools/call odd id=1"},
    {"unknown_members_pass", R"({"jsonrpc":"2.0","id":1,"method":"ping","x":{"method":"y"}})",
     "request method=ping id=1"},
    {"arguments_may_have_names_twice", with(R"({"name":"echo","arguments":{"a":1,"a":2}})"),
     "request method=tools/call name=echo id=1"},
    {"bytes_as_they_are", with("{\"name\":\"caf\xC3\xA9\"}"),
     "request method=tools/call name=caf\xC3\xA9 id=1"},
    {"no_normalization", with("{\"name\":\"cafe\xCC\x81\"}"),
     "request method=tools/call name=cafe\xCC\x81 id=1"},

    {"method_twice", R"({"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"})",
     "mcp_name_twice"},
    {"method_twice_by_escape", R"({"jsonrpc":"2.0","id":1,"method":"ping","met\u0068od":"x"})",
     "mcp_name_twice"},
    {"params_twice",
     R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{"name":"x"}})",
     "mcp_name_twice"},
    {"name_twice", with(R"({"name":"a","name":"b"})"), "mcp_name_twice"},
    {"name_in_capitals", with(R"({"name":"a","Name":"b"})"), "mcp_name_twice"},
    {"method_in_capitals", R"({"jsonrpc":"2.0","id":1,"method":"ping","METHOD":"tools/call"})",
     "mcp_name_twice"},
    {"params_with_a_long_s",
     R"({"jsonrpc":"2.0","id":1,"method":"ping","param\u017f":{"name":"x"}})", "mcp_name_twice"},
    {"task_with_a_kelvin_sign", with("{\"tas\xE2\x84\xAAId\":\"x\"}"), "mcp_name_twice"},
    {"uri_without_a_dot", with("{\"uri\":\"a\",\"ur\xC4\xB1\":\"b\"}"), "mcp_name_twice"},
    {"uri_with_a_dot", with("{\"uri\":\"a\",\"UR\xC4\xB0\":\"b\"}"), "mcp_name_twice"},
    {"an_id_between_numbers", R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", "mcp_not_message"},
    {"an_id_beyond_numbers", R"({"jsonrpc":"2.0","id":12345678901234567890123,"method":"ping"})",
     "mcp_not_message"},
    {"a_nul_behind_a_name", R"({"jsonrpc":"2.0","id":1,"method":"ping","method\u0000":"x"})",
     "mcp_name_twice"},
    {"a_prototype", R"({"jsonrpc":"2.0","id":1,"method":"ping","__proto__":{"params":{}}})",
     "mcp_name_twice"},
    {"revision_twice",
     with(
         R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"a","io.modelcontextprotocol/protocolVersion":"b"}})"),
     "mcp_name_twice"},

    {"a_batch", R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", "mcp_batch"},
    {"an_empty_batch", "[]", "mcp_batch"},
    {"no_object", R"("ping")", "mcp_not_message"},
    {"null", "null", "mcp_not_message"},
    {"no_version", R"({"id":1,"method":"ping"})", "mcp_not_message"},
    {"another_version", R"({"jsonrpc":"1.0","id":1,"method":"ping"})", "mcp_not_message"},
    {"a_version_that_is_too_long", R"({"jsonrpc":"2.00","id":1,"method":"ping"})",
     "mcp_not_message"},
    {"nothing_in_it", "{}", "mcp_not_message"},
    {"method_and_result", R"({"jsonrpc":"2.0","id":1,"method":"ping","result":{}})",
     "mcp_not_message"},
    {"result_and_error", R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", "mcp_not_message"},
    {"a_response_with_params", R"({"jsonrpc":"2.0","id":1,"result":{},"params":{"name":"x"}})",
     "mcp_not_message"},
    {"a_method_that_is_no_text", R"({"jsonrpc":"2.0","id":1,"method":["ping"]})",
     "mcp_not_message"},
    {"an_empty_method", R"({"jsonrpc":"2.0","id":1,"method":""})", "mcp_not_message"},
    {"a_method_with_a_space", R"({"jsonrpc":"2.0","id":1,"method":"tools/call "})",
     "mcp_not_message"},
    {"a_method_with_a_nul", R"({"jsonrpc":"2.0","id":1,"method":"tools/call\u0000"})",
     "mcp_not_message"},
    {"a_name_with_a_nul", with(R"({"name":"echo\u0000x"})"), "mcp_not_message"},
    {"params_in_an_array", with(R"(["echo"])"), "mcp_not_message"},
    {"params_null", with("null"), "mcp_not_message"},
    {"id_null", R"({"jsonrpc":"2.0","id":null,"method":"ping"})", "mcp_not_message"},
    {"id_an_object", R"({"jsonrpc":"2.0","id":{},"method":"ping"})", "mcp_not_message"},
    {"a_long_id", R"({"jsonrpc":"2.0","id":")" + std::string(1025, 'i') + R"(","method":"ping"})",
     "mcp_not_message"},
    {"a_long_method", with("{}", std::string(257, 'm')), "mcp_not_message"},
    {"a_long_name", with(R"({"name":")" + std::string(8193, 'n') + R"("})"), "mcp_not_message"},

    {"nothing", "", "mcp_not_json"},
    {"cut_off", R"({"jsonrpc":"2.0","id":1,"method":"ping")", "mcp_not_json"},
    {"something_behind", R"({"jsonrpc":"2.0","id":1,"method":"ping"} {})", "mcp_not_json"},
    {"a_byte_order_mark", "\xEF\xBB\xBF{}", "mcp_not_json"},
    {"no_utf8", with("{\"name\":\"\xC0\xAF\"}"), "mcp_not_json"},
    {"half_a_surrogate", with(R"({"name":"\ud800"})"), "mcp_not_json"},
    {"a_comment", "{/**/}", "mcp_not_json"},
    {"a_comma_too_many", with(R"({"name":"a",})"), "mcp_not_json"},
    {"nan", with(R"({"name":NaN})"), "mcp_not_json"},
    {"too_deep", with(std::string(64, '[') + std::string(64, ']')), "mcp_not_json"},
};

struct texts_read : testing::TestWithParam<text_case> {};

TEST_P(texts_read, as_told) {
  EXPECT_EQ(told(GetParam().text), GetParam().reads);
}

INSTANTIATE_TEST_SUITE_P(mcp, texts_read, testing::ValuesIn(texts), support::case_name);

TEST(mcp_message, keeps_the_id_beside_a_fault) {
  const auto read = read_mcp_message(R"({"jsonrpc":"2.0","id":"a\"b","method":"x","method":"y"})");
  EXPECT_EQ(read.fault, mcp_fault::name_twice);
  EXPECT_EQ(read.message.id, R"("a\"b")");
}

TEST(mcp_message, takes_what_is_just_short_enough) {
  EXPECT_EQ(read_mcp_message(with(R"({"name":")" + std::string(8192, 'n') + R"("})")).fault,
            mcp_fault::none);
  EXPECT_EQ(read_mcp_message(with("{}", std::string(256, 'm'))).fault, mcp_fault::none);
  EXPECT_EQ(
      read_mcp_message(with(R"({"arguments":)" + std::string(61, '[') + std::string(61, ']') + '}'))
          .fault,
      mcp_fault::none);
}

// Values that nobody asks for are not kept, so that no number of them is too large.
TEST(mcp_message, passes_many_values) {
  std::string numbers = "[1";
  for (int i = 0; i < 100'000; ++i) numbers += ",1";
  const auto read =
      read_mcp_message(with(R"({"name":"echo","arguments":{"all":)" + numbers + "]}}"));
  EXPECT_EQ(read.fault, mcp_fault::none);
  EXPECT_EQ(read.message.name, "echo");
}

}  // namespace
}  // namespace latchkey::edge
