#include <latchkey/trace/otlp_json.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace latchkey::trace {
namespace {

namespace json = boost::json;

// What of a message of the public .proto files is written, with the kind that the JSON encoding of
// OTLP has for it.
enum class kind { text, hex32, hex16, nanos, number, object, array };
struct member {
  const char* name;
  kind of;
  bool required = true;
};

bool is_hex(const json::string& text, std::size_t size) {
  return text.size() == size && std::string_view{text.data(), text.size()}.find_first_not_of(
                                    "0123456789abcdef") == std::string_view::npos;
}

bool fits(const json::value& value, kind of) {
  const auto* text = value.if_string();
  switch (of) {
    case kind::text:
      return text != nullptr;
    case kind::hex32:
      return text != nullptr && is_hex(*text, 32);
    case kind::hex16:
      return text != nullptr && is_hex(*text, 16);
    case kind::nanos:
      return text != nullptr && std::string_view{text->data(), text->size()}.find_first_not_of(
                                    "0123456789") == std::string_view::npos;
    case kind::number:
      return value.is_int64();
    case kind::object:
      return value.is_object();
    case kind::array:
      return value.is_array();
  }
  return false;
}

void check(const json::value& value, const std::vector<member>& schema) {
  ASSERT_TRUE(value.is_object());
  std::set<std::string> known;
  for (const auto& one : schema) {
    known.insert(one.name);
    const auto* found = value.as_object().if_contains(one.name);
    EXPECT_TRUE(found != nullptr || !one.required) << one.name;
    if (found != nullptr) {
      EXPECT_TRUE(fits(*found, one.of)) << one.name;
    }
  }
  for (const auto& one : value.as_object()) EXPECT_TRUE(known.count(one.key())) << one.key();
}

void check_attributes(const json::value& all) {
  for (const auto& one : all.as_array()) {
    check(one, {{"key", kind::text}, {"value", kind::object}});
    check(one.at("value"), {{"stringValue", kind::text, false}, {"intValue", kind::nanos, false}});
    EXPECT_EQ(one.at("value").as_object().size(), 1U);
  }
}

json::value checked(const std::vector<span>& spans, const resource& of = {"edge", "1.2.3"}) {
  auto all = json::parse(to_otlp_json(of, spans));
  check(all, {{"resourceSpans", kind::array}});
  const auto& group = all.at("resourceSpans").at(0);
  check(group, {{"resource", kind::object}, {"scopeSpans", kind::array}});
  check(group.at("resource"), {{"attributes", kind::array}});
  check_attributes(group.at("resource").at("attributes"));
  const auto& scope = group.at("scopeSpans").at(0);
  check(scope, {{"scope", kind::object}, {"spans", kind::array}});
  check(scope.at("scope"), {{"name", kind::text}, {"version", kind::text}});
  for (const auto& one : scope.at("spans").as_array()) {
    check(one, {{"traceId", kind::hex32},
                {"spanId", kind::hex16},
                {"traceState", kind::text, false},
                {"parentSpanId", kind::hex16, false},
                {"flags", kind::number},
                {"name", kind::text},
                {"kind", kind::number},
                {"startTimeUnixNano", kind::nanos},
                {"endTimeUnixNano", kind::nanos},
                {"attributes", kind::array},
                {"status", kind::object}});
    check_attributes(one.at("attributes"));
    check(one.at("status"), {{"code", kind::number, false}});
  }
  return scope.at("spans");
}

span one_span() {
  span made;
  made.context = {{0x0123456789abcdef, 0x1}, {0xff}, sampled_flag};
  made.name = "GET /notes";
  made.begun = core::wall_time{std::chrono::microseconds{1'795'435'200'123'456}};
  made.ended = made.begun + std::chrono::microseconds{5};
  return made;
}

TEST(otlp_json, of_no_spans_is_still_a_request) {
  EXPECT_EQ(checked({}).as_array().size(), 0U);
}

TEST(otlp_json, has_ids_times_and_kinds_as_the_encoding_wants_them) {
  auto first = one_span();
  first.add("url.path", "/notes");
  first.add_number("http.response.status_code", 200);
  auto second = one_span();
  second.parent = {0xabc};
  second.remote_parent = true;
  second.state = "a=1";
  second.kind = span_kind::client;
  second.failed = true;
  const auto spans = checked({first, second});
  const auto& one = spans.at(0);
  EXPECT_EQ(one.at("traceId"), "0123456789abcdef0000000000000001");
  EXPECT_EQ(one.at("spanId"), "00000000000000ff");
  EXPECT_EQ(one.at("startTimeUnixNano"), "1795435200123456000");
  EXPECT_EQ(one.at("endTimeUnixNano"), "1795435200123461000");
  EXPECT_EQ(one.at("kind"), 2);
  EXPECT_EQ(one.at("flags"), 0x101);
  EXPECT_FALSE(one.as_object().contains("parentSpanId"));
  EXPECT_EQ(one.at("attributes"),
            json::parse(R"([{"key":"url.path","value":{"stringValue":"/notes"}},)"
                        R"({"key":"http.response.status_code","value":{"intValue":"200"}}])"));
  const auto& two = spans.at(1);
  EXPECT_EQ(two.at("parentSpanId"), "0000000000000abc");
  EXPECT_EQ(two.at("traceState"), "a=1");
  EXPECT_EQ(two.at("kind"), 3);
  EXPECT_EQ(two.at("flags"), 0x301);
  EXPECT_EQ(two.at("status").at("code"), 2);
}

TEST(otlp_json, is_utf8_whatever_comes) {
  const std::pair<std::string, std::string> cases[] = {
      {"a\"b\\c\n\x01\x7f", "a\"b\\c\n\x01\x7f"},
      {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91"},
      {"\xff", "\xef\xbf\xbd"},
      {"a\xc3", "a\xef\xbf\xbd"},
      {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xe0\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"\x80x", "\xef\xbf\xbdx"},
      {std::string(1, '\0'), std::string(1, '\0')},
  };
  for (const auto& [given, expected] : cases) {
    auto made = one_span();
    made.name = given;
    const auto spans = checked({made});
    const auto& name = spans.at(0).at("name").as_string();
    EXPECT_EQ(std::string(name.data(), name.size()), expected);
  }
  for (int byte = 0; byte < 256; ++byte) {
    auto made = one_span();
    made.add("user_agent.original", std::string(1, static_cast<char>(byte)));
    checked({made}, {"\xff", "v"});
  }
}

TEST(span, bounds_its_texts) {
  auto made = one_span();
  made.add("a", std::string(5'000, 'x'));
  made.add("b", "12345", 3);
  EXPECT_EQ(std::get<std::string>(made.attributes[0].value).size(), max_text_bytes);
  EXPECT_EQ(std::get<std::string>(made.attributes[1].value), "123");
}

}  // namespace
}  // namespace latchkey::trace
