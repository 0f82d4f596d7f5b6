#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/request_writer.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::http1 {
namespace {

TEST(request_writer, writes_line_and_fields_in_their_order) {
  const std::vector<http::field> fields{{"Host", "a"}, {"X-Empty", ""}, {"X", "b c"}};
  std::string out = "before";
  EXPECT_FALSE(append_request(out, "CONNECT", "a:443", fields));
  EXPECT_EQ(out, "beforeCONNECT a:443 HTTP/1.1\r\nHost: a\r\nX-Empty: \r\nX: b c\r\n\r\n");
}

TEST(request_writer, writes_no_second_request_into_the_first) {
  const struct {
    const char* name;
    std::string method;
    std::string target;
    http::field field;
    errc why;
  } cases[] = {
      {"no method", "", "/", {"A", "b"}, errc::bad_request_line},
      {"space in the method", "GET /", "/", {"A", "b"}, errc::bad_request_line},
      {"no target", "GET", "", {"A", "b"}, errc::bad_request_line},
      {"space in the target", "GET", "/ HTTP/1.1", {"A", "b"}, errc::bad_request_line},
      {"line end in the target", "GET", "/\r\nX:y", {"A", "b"}, errc::bad_request_line},
      {"no name", "GET", "/", {"", "b"}, errc::bad_field},
      {"colon in the name", "GET", "/", {"A:", "b"}, errc::bad_field},
      {"line end in the value", "GET", "/", {"A", "b\r\nC: d"}, errc::bad_field},
      {"line feed in the value", "GET", "/", {"A", "b\nC: d"}, errc::bad_field},
      {"NUL in the value", "GET", "/", {"A", std::string_view{"b\0", 2}}, errc::bad_field},
  };
  for (const auto& one : cases) {
    std::string out = "before";
    const std::vector<http::field> fields{{"Host", "a"}, one.field};
    EXPECT_EQ(append_request(out, one.method, one.target, fields), one.why) << one.name;
    EXPECT_EQ(out, "before") << one.name;
  }
}

}  // namespace
}  // namespace latchkey::http1
