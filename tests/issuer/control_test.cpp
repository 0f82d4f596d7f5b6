#include "exchange.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace latchkey::issuer {
namespace {

using http::status;
using support::field_of;
using support::text_of;

constexpr const char* jwks_path = "/.well-known/jwks.json";

TEST(control, is_for_programs_on_this_machine) {
  exchange with;
  using http::verb;
  const auto from = [&](const char* peer, fields more = {}) {
    return with.send(verb::post, "/control/mint", {}, std::move(more), peer).code();
  };
  EXPECT_EQ(from("127.0.0.1"), status::ok);
  EXPECT_EQ(from("::1"), status::ok);
  EXPECT_EQ(from("::ffff:127.0.0.1"), status::ok);
  EXPECT_EQ(from("192.0.2.1"), status::forbidden);
  EXPECT_EQ(from("::ffff:192.0.2.1"), status::forbidden);
  EXPECT_EQ(from(""), status::forbidden);
  EXPECT_EQ(from("127.0.0.1", {{"Origin", "https://evil.example"}}), status::forbidden)
      << "a page in a browser on this machine is not the machine's owner";
  EXPECT_EQ(from("127.0.0.1", {{"Host", "localhost:9400"}}), status::ok);
  EXPECT_EQ(from("127.0.0.1", {{"Host", "rebound.example:9400"}}), status::misdirected_request)
      << "a page that leads its own name here";
  for (const auto* path : {"/control/rotate", "/control/fail", "/control/reset"}) {
    EXPECT_EQ(with.send(verb::post, path, "{}", {}, "192.0.2.1").code(), status::forbidden);
  }
  EXPECT_EQ(with.send(verb::get, "/control/stats", {}, {}, "192.0.2.1").code(), status::forbidden);
}

TEST(control, rotates_keys) {
  exchange with;
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"publish"})")),
            R"({"signing":"k1","published":["k1","k2"]})");
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"sign"})")),
            R"({"signing":"k2","published":["k1","k2"]})");
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"drop-old"})")),
            R"({"signing":"k2","published":["k2"]})");
  EXPECT_EQ(json_of(with.get(jwks_path)).at("keys").as_array().size(), 1U);
  exchange other;
  EXPECT_EQ(text_of(other.control("rotate")), R"({"signing":"k2","published":["k1","k2"]})");
  for (const auto* body :
       {"[]", R"({"step":"forth"})", R"({"stage":"sign"})", R"({"step":1})", R"({"kid":"k1"})",
        R"({"step":"sign","kid":"k1"})", R"({"step":"remove","kid":"k3"})"}) {
    EXPECT_EQ(other.control("rotate", body).code(), status::bad_request) << body;
  }
}

TEST(control, takes_a_rotation_back) {
  exchange with;
  EXPECT_EQ(with.control("rotate", R"({"step":"back"})").code(), status::bad_request);
  with.control("rotate");
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"back"})")),
            R"({"signing":"k1","published":["k1","k2"]})");
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"back"})")),
            R"({"signing":"k2","published":["k1","k2"]})");
  with.control("rotate", R"({"step":"drop-old"})");
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"back"})")),
            R"({"signing":"k1","published":["k2","k1"]})");
}

TEST(control, withdraws_a_key_that_goes_on_signing) {
  exchange with;
  with.control("rotate", R"({"step":"publish"})");
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"remove"})")),
            R"({"signing":"k1","published":["k2"]})");
  const auto token = text_of(with.control("mint"));
  EXPECT_THAT(core::base64url_decode(token.substr(0, token.find('.'))).value(),
              testing::HasSubstr(R"("kid":"k1")"));
  EXPECT_EQ(text_of(with.control("rotate", R"({"step":"remove","kid":"k2"})")),
            R"({"signing":"k1","published":[]})");
  EXPECT_EQ(text_of(with.get(jwks_path)), R"({"keys":[]})");
  EXPECT_EQ(with.control("rotate", R"({"step":"sign"})").code(), status::bad_request);
  EXPECT_EQ(with.control("rotate", R"({"step":"remove"})").code(), status::bad_request);
}

TEST(control, mints_many_that_are_unlike_one_another) {
  exchange with;
  const auto lines = [&](const char* order) {
    std::vector<std::string> all;
    std::istringstream text{text_of(with.control("mint", order))};
    for (std::string one; std::getline(text, one);) all.push_back(one);
    return all;
  };
  const auto tokens = lines(R"({"count":20,"scope":"x"})");
  EXPECT_EQ(tokens.size(), 20U);
  std::set<std::string> seen;
  for (const auto& one : tokens) {
    const auto claims = boost::json::parse(claims_of_token(one));
    EXPECT_EQ(claims.at("scope"), "x");
    seen.insert(std::string{claims.at("jti").as_string()});
    EXPECT_EQ(core::base64url_decode(one.substr(0, one.find('.'))),
              R"({"alg":"RS256","typ":"JWT","kid":"k1"})");
  }
  for (const auto& one : lines(R"({"count":2,"kids":true})")) {
    const auto header = core::base64url_decode(one.substr(0, one.find('.'))).value();
    EXPECT_THAT(header, testing::HasSubstr(R"("kid":"unknown-)"));
    seen.insert(header);
    seen.insert(std::string{boost::json::parse(claims_of_token(one)).at("jti").as_string()});
  }
  EXPECT_EQ(seen.size(), 24U);
  EXPECT_EQ(lines(R"({"kids":true})").size(), 1U);
  for (const auto* order :
       {R"({"count":0})", R"({"count":10001})", R"({"count":"2"})", R"({"kids":1})"}) {
    EXPECT_EQ(with.control("mint", order).code(), status::bad_request) << order;
  }
}

TEST(control, mints_what_it_is_told) {
  exchange with;
  const auto token = text_of(with.control("mint", R"({"scope":"x","without":["exp"]})"));
  EXPECT_EQ(claims_of_token(token),
            R"({"iss":"http://127.0.0.1:9400","sub":"user1","aud":"account","iat":1795434824,)"
            R"("scope":"x","client_id":"example-api"})");
  EXPECT_EQ(with.control("mint", R"({"skope":"x"})").code(), status::bad_request);
}

TEST(control, counts_requests) {
  exchange with;
  with.get(jwks_path);
  with.get(jwks_path);
  EXPECT_EQ(json_of(with.get("/control/stats")).at("requests").at("GET /.well-known/jwks.json"), 2);
  with.control("reset");
  EXPECT_EQ(text_of(with.get("/control/stats")),
            R"({"requests":{"GET /control/stats":1},"connections":0,"faults":{}})");
}

TEST(control, makes_the_key_set_fail_until_reset) {
  exchange with;
  const auto sound = text_of(with.get(jwks_path));
  EXPECT_EQ(with.control("fail", R"({"status":503,"body":"down","retry_after":"7"})").code(),
            status::no_content);
  const auto failed = with.get(jwks_path);
  EXPECT_EQ(failed.code(), status::service_unavailable);
  EXPECT_EQ(text_of(failed), "down");
  EXPECT_EQ(field_of(failed, "retry-after"), "7");
  EXPECT_EQ(with.get("/.well-known/openid-configuration").code(), status::ok);
  with.control("reset");
  EXPECT_EQ(text_of(with.get(jwks_path)), sound);
}

TEST(control, makes_the_configuration_fail_on_its_own) {
  exchange with;
  with.control("fail", R"({"document":"configuration","status":404})");
  EXPECT_EQ(with.get("/.well-known/openid-configuration").code(), status::not_found);
  EXPECT_EQ(with.get(jwks_path).code(), status::ok);
}

TEST(control, changes_the_answer_as_told) {
  exchange with;
  const auto sound = text_of(with.get(jwks_path));
  with.control("fail", R"({"cache_control":"max-age=60","padding":10})");
  auto answer = with.get(jwks_path);
  EXPECT_EQ(answer.code(), status::ok);
  EXPECT_EQ(field_of(answer, "cache-control"), "max-age=60");
  EXPECT_EQ(text_of(answer), sound + std::string(10, ' '));
  with.control("fail", R"({"status":302,"location":"/elsewhere"})");
  EXPECT_EQ(field_of(with.get(jwks_path), "location"), "/elsewhere");
  with.control("fail", R"({"delay_ms":1})");
  EXPECT_EQ(text_of(with.get(jwks_path)), sound);
}

TEST(control, cuts_an_answer_off) {
  exchange with;
  const auto sound = text_of(with.get(jwks_path));
  with.control("fail", R"({"cut_off":true})");
  const auto answer = with.get(jwks_path);
  auto pull = std::get<http::source>(answer.body);
  async::asio::io_context io;
  std::string piece(4096, '\0');
  const auto got = support::run(io, pull(piece));
  ASSERT_TRUE(got.has_value());
  EXPECT_GT(*got, 0U);
  EXPECT_LT(*got, sound.size());
  EXPECT_TRUE(support::run(io, pull(piece)).has_error());
}

TEST(control, refuses_faults_it_cannot_read) {
  exchange with;
  for (const auto* body : {"", "[]", R"({"status":"500"})", R"({"status":99})", R"({"hold":1})",
                           R"({"unknown":1})", R"({"document":"token"})", R"({"delay_ms":-1})",
                           R"({"location":"a\nb"})", R"({"padding":99999999})"}) {
    EXPECT_EQ(with.control("fail", body).code(), status::bad_request) << body;
  }
  EXPECT_EQ(with.get(jwks_path).code(), status::ok);
}

TEST(control, holds_requests_until_reset) {
  exchange with;
  with.control("fail", R"({"hold":true})");
  async::asio::io_context io;
  http::request_head head;
  head.method = http::verb::get;
  head.target = jwks_path;
  http::context ctx{head, {jwks_path, {}}, io.get_executor()};
  std::optional<http::response> answer;
  const auto keep = [&](std::exception_ptr, http::response came) { answer = std::move(came); };
  async::asio::co_spawn(io, with.handler()(ctx), keep);
  io.poll();
  EXPECT_FALSE(answer);
  EXPECT_EQ(json_of(with.get("/control/stats")).at("requests").at("GET /.well-known/jwks.json"), 1)
      << "a request that is held has been made";
  with.control("reset");
  io.restart();
  io.run();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code(), status::ok);
}

}  // namespace
}  // namespace latchkey::issuer
