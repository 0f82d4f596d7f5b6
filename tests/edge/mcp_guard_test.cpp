#include "support/request.hpp"

#include <latchkey/edge/mcp_guard.hpp>
#include <latchkey/http/errc.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

using http::verb;
using support::field_of;
using support::text_of;

using field_texts = std::vector<std::pair<std::string, std::string>>;

const std::string echo_call =
    R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo"}})";

mcp_settings settings() {
  mcp_settings made;
  made.enabled = true;
  made.methods = {{"tools/call", {"mcp:call"}}};
  made.tools = {{"echo", {"mcp:echo"}}};
  return made;
}

class guard_test : public testing::Test {
 protected:
  // What came behind the guard: the body as it was read there, and what was said of its length.
  std::string passed = "(nothing)";
  std::uint64_t length = 0;
  std::string_view reason;

  mcp_guard guard{std::make_shared<const mcp_rules>(settings()), 1024, {{"mcp"}}};

  http::response send(verb method, const field_texts& fields, std::string body,
                      const core::scope_set& scopes = {"mcp", "mcp:call", "mcp:echo"}) {
    support::request asked{method, "/mcp", fields};
    const http::handler last = [this](http::context& ctx) { return read(ctx); };
    const http::handler guarded = http::chain({guard}, last);
    const http::handler all = [&](http::context& ctx) {
      auto who = std::make_shared<core::principal>();
      who->scopes = scopes;
      ctx.principal = who;
      return guarded(ctx);
    };
    auto made = asked.send(all, body.empty() ? http::body{} : http::body{std::move(body)});
    reason = asked.context().reason;
    return made;
  }

  http::response post(std::string body, field_texts fields = {}) {
    fields.emplace_back("content-type", "application/json");
    return send(verb::post, fields, std::move(body));
  }

 private:
  async::task<http::response> read(http::context& ctx) {
    length = ctx.body.length().value_or(0);
    passed = (co_await ctx.body.read_all(1'000'000)).value();
    co_return http::response{};
  }
};

TEST_F(guard_test, passes_on_the_bytes_that_it_has_read) {
  const auto spaced = "  " + echo_call + "\n";
  EXPECT_EQ(post(spaced).code(), http::status::ok);
  EXPECT_EQ(passed, spaced);
  EXPECT_EQ(length, spaced.size());
}

TEST_F(guard_test, asks_for_all_scopes_at_once) {
  const field_texts json{{"content-type", "application/json; charset=UTF-8"}};
  const auto made = send(verb::post, json, echo_call, {"mcp"});
  EXPECT_EQ(made.code(), http::status::forbidden);
  EXPECT_EQ(field_of(made, "www-authenticate"),
            R"(Bearer error="insufficient_scope", scope="mcp mcp:call mcp:echo")");
  EXPECT_EQ(reason, "insufficient_scope");
  EXPECT_EQ(passed, "(nothing)");
  EXPECT_EQ(send(verb::post, json, echo_call, {"mcp:call", "mcp:echo"}).code(),
            http::status::forbidden)
      << "those of the route, too";
}

TEST_F(guard_test, a_public_route_asks_for_none) {
  guard.is_public = true;
  EXPECT_EQ(send(verb::post, {{"content-type", "application/json"}}, echo_call, {}).code(),
            http::status::ok);
}

TEST_F(guard_test, tells_a_client_of_mcp_what_is_wrong) {
  const auto lied = post(echo_call, {{"Mcp-Name", "other"}});
  EXPECT_EQ(lied.code(), http::status::bad_request);
  EXPECT_EQ(text_of(lied), R"({"jsonrpc":"2.0","error":{"code":-32020,"message":)"
                           R"("Header mismatch: Mcp-Name does not match the body"},"id":7})");
  EXPECT_EQ(field_of(lied, "content-type"), "application/json");
  EXPECT_EQ(reason, "mcp_field_mismatch");
  const auto cut = post("{");
  EXPECT_EQ(cut.code(), http::status::bad_request);
  EXPECT_EQ(text_of(cut), R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}})");
  EXPECT_EQ(text_of(post("[]")), R"({"jsonrpc":"2.0","error":{"code":-32600,)"
                                 R"("message":"Invalid Request: batches are not taken"}})");
  const auto old = post(echo_call, {{"MCP-Protocol-Version", "1999-01-01"}});
  EXPECT_EQ(text_of(old), R"({"jsonrpc":"2.0","error":{"code":-32022,)"
                          R"("message":"Unsupported protocol version","data":{"supported":)"
                          R"(["2026-07-28","2025-11-25","2025-06-18","2025-03-26"],)"
                          R"("requested":"1999-01-01"}},"id":7})");
  EXPECT_EQ(passed, "(nothing)");
}

TEST_F(guard_test, refuses_what_no_row_names) {
  const auto made =
      post(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drop"}})");
  EXPECT_EQ(made.code(), http::status::forbidden);
  EXPECT_EQ(field_of(made, "www-authenticate"), "(absent)") << "no scope would help";
  EXPECT_EQ(reason, "mcp_not_listed");
}

TEST_F(guard_test, reads_json_alone_and_within_its_bound) {
  EXPECT_EQ(send(verb::post, {}, echo_call).code(), http::status::unsupported_media_type);
  EXPECT_EQ(send(verb::post, {{"content-type", "text/plain"}}, echo_call).code(),
            http::status::unsupported_media_type);
  EXPECT_EQ(
      send(verb::post, {{"content-type", "application/json; charset=utf-16"}}, echo_call).code(),
      http::status::unsupported_media_type);
  EXPECT_EQ(post(echo_call, {{"content-encoding", "gzip"}}).code(),
            http::status::unsupported_media_type);
  EXPECT_EQ(post(echo_call, {{"content-encoding", "identity"}}).code(), http::status::ok);
  EXPECT_EQ(post(echo_call, {{"Content_Type", "application/json; charset=utf-7"}}).code(),
            http::status::unsupported_media_type)
      << "some servers take the one for the other";
  EXPECT_EQ(post(echo_call, {{"Content_Encoding", "gzip"}}).code(),
            http::status::unsupported_media_type);
  const auto rest = std::string(1024 - echo_call.size(), ' ');
  EXPECT_EQ(post(echo_call + rest).code(), http::status::ok);
  EXPECT_EQ(post(echo_call + rest + ' ').code(), http::status::payload_too_large);
  EXPECT_EQ(reason, http::reason(http::errc::body_too_large));
}

TEST_F(guard_test, counts_what_has_no_length) {
  std::string sent = echo_call + std::string(2000, ' ');
  std::size_t at = 0;
  const http::body::read_function pieces =
      [&](std::span<char> out) -> async::task<core::result<std::size_t>> {
    const auto taken = sent.copy(out.data(), std::min<std::size_t>(out.size(), 100), at);
    at += taken;
    co_return taken;
  };
  support::request asked{verb::post, "/mcp", {{"content-type", "application/json"}}};
  const http::handler last = [](http::context&) -> async::task<http::response> {
    co_return http::response{};
  };
  EXPECT_EQ(asked.send(http::chain({guard}, last), http::body{pieces}).code(),
            http::status::payload_too_large);
  EXPECT_LE(at, 1200U);
}

TEST_F(guard_test, streams_have_no_body) {
  EXPECT_EQ(send(verb::get, {}, "").code(), http::status::ok);
  EXPECT_EQ(send(verb::get, {}, echo_call).code(), http::status::bad_request);
  const auto late = send(verb::delete_, {{"MCP-Protocol-Version", "2026-07-28"}}, "");
  EXPECT_EQ(late.code(), http::status::method_not_allowed);
  EXPECT_EQ(field_of(late, "allow"), "POST");
  EXPECT_EQ(send(verb::get, {}, "", {}).code(), http::status::forbidden);
}

TEST_F(guard_test, leaves_the_body_where_the_upstream_compares) {
  auto of = settings();
  of.upstream_checks = true;
  of.revisions = {"2026-07-28"};
  guard.rules = std::make_shared<const mcp_rules>(of);
  const field_texts fields{{"MCP-Protocol-Version", "2026-07-28"},
                           {"Mcp-Method", "tools/call"},
                           {"Mcp-Name", "=?base64?ZWNobw==?="}};
  EXPECT_EQ(post("not read", fields).code(), http::status::ok);
  EXPECT_EQ(passed, "not read");
  EXPECT_EQ(post(echo_call).code(), http::status::bad_request);
}

TEST(mcp_origin, refuses_pages_before_anything_else) {
  const http::handler last = [](http::context&) -> async::task<http::response> {
    co_return http::response{};
  };
  const auto guarded =
      http::chain({mcp_origin{std::make_shared<const mcp_rules>(settings())}}, last);
  support::request page{verb::post, "/mcp", {{"Origin", "https://evil.example"}}};
  EXPECT_EQ(page.send(guarded).code(), http::status::forbidden);
  EXPECT_EQ(page.context().reason, "mcp_origin");
  support::request none{verb::post, "/mcp"};
  EXPECT_EQ(none.send(guarded).code(), http::status::ok);
}

}  // namespace
}  // namespace latchkey::edge
