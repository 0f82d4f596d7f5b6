#include <latchkey/trace/http_attributes.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::trace {
namespace {

using attributes = std::vector<attribute>;

TEST(http_attributes, a_method_that_is_not_known_is_other) {
  for (const char* one : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
    span made;
    add_method(made, one);
    EXPECT_EQ(made.attributes, (attributes{{"http.request.method", one}}));
    EXPECT_EQ(name_of_method(one), one);
  }
  for (const char* one : {"get", "PURGE", "", "GETS"}) {
    span made;
    add_method(made, one);
    EXPECT_EQ(made.attributes, (attributes{{"http.request.method", "_OTHER"},
                                           {"http.request.method_original", one}}));
    EXPECT_EQ(name_of_method(one), "HTTP");
  }
  span made;
  add_method(made, std::string(5'000, 'X'));
  EXPECT_EQ(std::get<std::string>(made.attributes[1].value).size(), 64U);
}

TEST(http_attributes, the_server_is_host_and_port) {
  struct {
    const char* authority;
    bool secure;
    const char* host;  // null: nothing
    std::int64_t port;
  } const cases[] = {
      {"example.com", true, "example.com", 443},
      {"example.com", false, "example.com", 80},
      {"example.com:8443", true, "example.com", 8443},
      {"127.0.0.1:1", true, "127.0.0.1", 1},
      {"[::1]:8443", true, "::1", 8443},
      {"[2001:db8::1]", true, "2001:db8::1", 443},
      {"", true, nullptr, 0},
      {":80", true, nullptr, 0},
      {"[", true, nullptr, 0},
      {"[]", true, nullptr, 0},
      {"[::1", true, nullptr, 0},
      {"[::1]x", true, nullptr, 0},
      {"user:secret@example.com", true, nullptr, 0},
      {"user@example.com", true, nullptr, 0},
      {"example.com:0", true, nullptr, 0},
      {"example.com:65536", true, nullptr, 0},
      {"example.com:8x", true, nullptr, 0},
      {"example.com:", true, nullptr, 0},
      {"a b", true, nullptr, 0},
  };
  for (const auto& one : cases) {
    span made;
    add_server(made, one.authority, one.secure);
    const auto expected = one.host == nullptr
                              ? attributes{}
                              : attributes{{"server.address", one.host}, {"server.port", one.port}};
    EXPECT_EQ(made.attributes, expected) << one.authority;
  }
  span made;
  add_server(made, std::string(300, 'a'), true);
  EXPECT_TRUE(made.attributes.empty());
}

TEST(http_attributes, a_status_fails_a_span_from_where_its_side_says) {
  struct {
    unsigned status, from;
    const char* why;
    attributes expected;
  } const cases[] = {
      {0, 500, "", {}},
      {200, 500, "", {{"http.response.status_code", std::int64_t{200}}}},
      {404, 500, "no", {{"http.response.status_code", std::int64_t{404}}}},
      {404, 400, "", {{"http.response.status_code", std::int64_t{404}}, {"error.type", "404"}}},
      {502,
       500,
       "upstream_unreachable",
       {{"http.response.status_code", std::int64_t{502}}, {"error.type", "upstream_unreachable"}}},
  };
  for (const auto& one : cases) {
    span made;
    add_status(made, one.status, one.from, one.why);
    EXPECT_EQ(made.attributes, one.expected) << one.status;
    EXPECT_EQ(made.failed, one.expected.size() == 2) << one.status;
  }
}

}  // namespace
}  // namespace latchkey::trace
