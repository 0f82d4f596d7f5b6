#include "now.hpp"
#include "support/client.hpp"
#include "support/temporary.hpp"

#include <latchkey/embed/api_server.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace latchkey::embed {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

async::task<http::response> greet(http::context& ctx) {
  const auto name = ctx.principal ? ctx.principal->subject : std::string{"nobody"};
  co_return http::response::text(http::status::ok, "text/plain", "hello, " + name);
}

async::task<http::response> fail(http::context&) {
  throw std::runtime_error{"a bug"};
  co_return http::response{};
}

struct api_server_test : testing::Test {
  api_server_test() { folder_.write("jwks.json", support::jwks()); }

  api_settings settings() {
    api_settings made;
    made.listen = {"127.0.0.1:0"};
    made.threads = 2;
    made.issuers = {{.rules = {.issuer = "https://idp.example/", .audiences = {"account"}},
                     .jwks_file = folder_.path() / "jwks.json"}};
    made.failed = [this](const http::context&, std::string_view what) { failure_ = what; };
    return made;
  }

  static std::vector<api_route> routes() {
    return {{.pattern = "/notes",
             .methods = {http::verb::get},
             .handler = greet,
             .scopes = {"example:note:read"}},
            {.pattern = "/any", .methods = {http::verb::get}, .handler = greet},
            {.pattern = "/open", .methods = {http::verb::get}, .handler = greet, .is_public = true},
            {.pattern = "/bug", .methods = {http::verb::get}, .handler = fail, .is_public = true}};
  }

  // The answer to one request, head and body.
  static std::string ask(const api_server& server, const std::string& line,
                         const std::string& token = {}) {
    const auto url = server.urls().front();
    const auto port = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    support::client client{{boost::asio::ip::make_address("127.0.0.1"), port}};
    const auto field = token.empty() ? "" : "Authorization: Bearer " + token + "\r\n";
    client.send(line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + field + "\r\n");
    return client.read_to_end();
  }

  support::temporary_folder folder_;
  std::string failure_;
};

TEST_F(api_server_test, guards_its_routes) {
  api_server server{settings(), routes()};
  ASSERT_THAT(server.urls(), testing::ElementsAre(StartsWith("http://127.0.0.1:")));
  std::thread running{[&] { server.run(); }};
  const auto good = mint_now();
  const auto less = mint_now({.scope = "other"});
  struct {
    const char* line;
    std::string token;
    const char* status;
    const char* has;
  } const cases[] = {
      {"GET /notes", "", "401", "www-authenticate: Bearer\r\n"},
      {"GET /notes", good, "200", "hello, user1"},
      {"GET /notes", less, "403", "error=\"insufficient_scope\""},
      {"GET /notes", good + "x", "401", "error=\"invalid_token\""},
      {"GET /notes", mint_now({.audience = "other"}), "401", "audience_mismatch"},
      {"GET /any", less, "200", "hello, user1"},
      {"GET /open", "", "200", "hello, nobody"},
      {"GET /open", "", "200", "x-request-id: "},
      {"GET /nowhere", "", "404", ""},
      {"POST /notes", "", "405", "allow: "},
      {"GET /notes/../open", "", "400", ""},
      {"GET /bug", "", "500", ""},
  };
  for (const auto& [line, token, status, has] : cases) {
    const auto answer = ask(server, line, token);
    EXPECT_THAT(answer, StartsWith(std::string{"HTTP/1.1 "} + status)) << line;
    EXPECT_THAT(answer, HasSubstr(has)) << line;
  }
  EXPECT_TRUE(server.ready());
  server.stop();
  running.join();
  EXPECT_EQ(failure_, "a bug");
}

TEST_F(api_server_test, a_handler_can_end_it) {
  std::unique_ptr<api_server> server;
  const http::handler last = [&server](http::context& ctx) {
    server->stop();
    return greet(ctx);
  };
  server = std::make_unique<api_server>(
      settings(),
      std::vector<api_route>{
          {.pattern = "/", .methods = {http::verb::get}, .handler = last, .is_public = true}});
  std::thread running{[&] { server->run(); }};
  EXPECT_THAT(ask(*server, "GET /"), HasSubstr("hello, nobody"));
  running.join();
}

TEST_F(api_server_test, returns_at_once_where_it_was_stopped_before) {
  api_server server{settings(), routes()};
  server.stop();
  server.stop();
  server.run();
}

TEST_F(api_server_test, need_not_run) {
  const api_server server{settings(), routes()};
  EXPECT_EQ(server.urls().size(), 1U);
}

TEST_F(api_server_test, refuses_what_cannot_work) {
  const auto with = [this](auto change) {
    auto made = settings();
    change(made);
    return made;
  };
  const auto route = [](auto change) {
    auto made = routes();
    change(made.front());
    return made;
  };
  struct {
    const char* name;
    api_settings wanted;
    std::vector<api_route> served;
  } const cases[] = {
      {"no issuer", with([](auto& of) { of.issuers.clear(); }), routes()},
      {"no address", with([](auto& of) { of.listen.clear(); }), routes()},
      {"a name for an address", with([](auto& of) { of.listen = {"localhost:1"}; }), routes()},
      {"a certificate without key", with([](auto& of) { of.certificate = "a.pem"; }), routes()},
      {"no handler", settings(), route([](auto& of) { of.handler = {}; })},
      {"no method", settings(), route([](auto& of) { of.methods.clear(); })},
      {"public with scopes", settings(), route([](auto& of) { of.is_public = true; })},
      {"no pattern", settings(), route([](auto& of) { of.pattern = "notes"; })},
  };
  for (const auto& [name, wanted, served] : cases) {
    EXPECT_THROW(api_server(wanted, served), std::invalid_argument) << name;
  }
}

}  // namespace
}  // namespace latchkey::embed
