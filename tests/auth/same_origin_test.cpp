#include <latchkey/auth/same_origin.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::auth {
namespace {

using http::verb;

TEST(may_use_cookie, asks_for_our_own_origin_where_something_may_be_changed) {
  const struct {
    verb method;
    std::vector<http::field> fields;
    bool may;
  } cases[] = {
      {verb::get, {}, true},
      {verb::head, {}, true},
      {verb::options, {}, true},
      {verb::get, {{"origin", "https://evil.example"}}, true},
      {verb::post, {}, false},
      {verb::put, {}, false},
      {verb::patch, {}, false},
      {verb::delete_, {}, false},
      {verb::unknown, {}, false},
      {verb::trace, {}, false},
      {verb::post, {{"host", "api.example"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "https://api.example"}}, true},
      {verb::delete_, {{"host", "api.example"}, {"origin", "https://api.example"}}, true},
      {verb::post, {{"Host", "API.example:443"}, {"Origin", "https://api.example"}}, true},
      {verb::post, {{"host", "api.example"}, {"origin", "https://api.example:443"}}, true},
      {verb::post, {{"host", "[::1]:8443"}, {"origin", "https://[::1]:8443"}}, true},
      {verb::post, {{"host", "api.example:8443"}, {"origin", "https://api.example:8443"}}, true},
      {verb::post, {{"host", "api.example:8443"}, {"origin", "https://api.example"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "https://api.example:8443"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "http://api.example"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "https://evil.api.example"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "https://api.example.evil"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "https://api.example/"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "https://a@api.example"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", "null"}}, false},
      {verb::post, {{"host", "api.example"}, {"origin", ""}}, false},
      {verb::post, {{"host", ""}, {"origin", "https://"}}, false},
      {verb::post, {{"origin", "https://"}}, false},
      {verb::post,
       {{"host", "api.example"},
        {"origin", "https://api.example"},
        {"origin", "https://evil.example"}},
       false},
      {verb::post,
       {{"host", "api.example"}, {"origin", "https://api.example https://evil.example"}},
       false},
      // A WebSocket is opened by GET.
      {verb::get, {{"host", "a"}, {"upgrade", "websocket"}}, false},
      {verb::get,
       {{"host", "a"}, {"upgrade", "websocket"}, {"origin", "https://evil.example"}},
       false},
      {verb::get, {{"host", "a"}, {"Upgrade", "websocket"}, {"origin", "https://a"}}, true},
  };
  for (const auto& [method, fields, may] : cases) {
    http::request_head head;
    head.method = method;
    head.fields = fields;
    std::string shown;
    for (const auto& one : fields) shown += std::string{one.name} + ": " + std::string{one.value};
    EXPECT_EQ(may_use_cookie(head), may) << static_cast<int>(method) << ' ' << shown;
  }
}

}  // namespace
}  // namespace latchkey::auth
