#include "issuer/cli.hpp"

#include "exchange.hpp"
#include "support/manual_clock.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

namespace latchkey::issuer {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

struct outcome {
  int status = 0;
  std::string out;
  std::string err;
  std::optional<serve_options> served;
};

outcome call(std::vector<std::string> args) {
  outcome made;
  std::ostringstream out;
  std::ostringstream err;
  const auto serve = [&made](const serve_options& options) {
    made.served = options;
    return 0;
  };
  made.status = run(std::move(args), {out, err, support::manual_clock{1000}.clock(), serve});
  made.out = out.str();
  made.err = err.str();
  return made;
}

TEST(cli, says_that_it_is_not_for_production) {
  const auto help = call({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("For development and tests only"));
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
}

TEST(cli, refuses_wrong_usage) {
  const std::vector<std::vector<std::string>> cases{
      {},
      {"unknown"},
      {"serve", "--lifetime", "long"},
      {"serve", "--tls-key", "/"},
      {"serve", "--fault", "earthquake"},
      {"serve", "--fault", "slow,delay_ms=long"},
      {"mint", "--expires-in", "1w"},
      {"mint", "--claim", "name"},
      {"mint", "--claim", "name=blue"},
      {"mint", "--claim", "=1"},
      {"mint", "--key", "/nonexistent/key.pem"},
      {"keys"},
  };
  for (const auto& one : cases) {
    const auto made = call(one);
    EXPECT_EQ(made.status, 2) << testing::PrintToString(one);
    EXPECT_EQ(made.out, "");
    EXPECT_NE(made.err, "");
  }
}

TEST(cli, hands_its_options_to_serve) {
  const auto made = call({"serve", "--listen", "127.0.0.1:0", "--lifetime", "5m", "--redirect-uri",
                          "https://a.example/1", "--redirect-uri", "https://a.example/2"});
  ASSERT_TRUE(made.served);
  EXPECT_EQ(made.served->listen, "127.0.0.1:0");
  EXPECT_EQ(made.served->wanted.lifetime, 5min);
  EXPECT_EQ(made.served->wanted.issuer, "");
  EXPECT_THAT(made.served->wanted.redirect_uris,
              testing::ElementsAre("https://a.example/1", "https://a.example/2"));
}

TEST(cli, hands_faults_to_serve) {
  const auto made = call({"serve", "--fault", "refuse", "--fault", "slow,document=configuration",
                          "--control", "[::1]:9401", "--cache-control", "max-age=60"});
  ASSERT_TRUE(made.served) << made.err;
  ASSERT_EQ(made.served->faults.size(), 2U);
  EXPECT_EQ(made.served->faults[0].kind, find_kind("refuse"));
  EXPECT_EQ(made.served->faults[1].document, "configuration");
  EXPECT_EQ(made.served->control, "[::1]:9401");
  EXPECT_EQ(made.served->wanted.cache_control, "max-age=60");
  EXPECT_EQ(call({"serve"}).served->control, "127.0.0.1:0");
  const auto help = call({"serve", "--help"}).out;
  for (const auto& one : fault_kinds()) EXPECT_THAT(help, HasSubstr(std::string{one.name} + " "));
}

TEST(cli, makes_a_key_once_and_prints_its_set) {
  const support::temporary_folder folder;
  const auto file = (folder.path() / "key.pem").string();
  const auto first = call({"keys", "--key", file});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr(R"({"keys":[{"kty":"RSA")"));
  const auto modes = std::filesystem::status(file).permissions();
  EXPECT_EQ(modes, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(call({"keys", "--key", file}).out, first.out);

  const auto token = call({"mint", "--key", file, "--issuer", "https://idp.example/", "--scope",
                           "a b", "--expires-in", "-60", "--not-before=1m", "--claim", "x=[1]",
                           "--claim", "aud=\"b\"", "--no-claim", "sub", "--no-claim", "client_id"});
  EXPECT_EQ(token.status, 0) << token.err;
  EXPECT_THAT(token.out, EndsWith("\n"));
  EXPECT_EQ(claims_of_token(token.out),
            R"({"iss":"https://idp.example/","aud":"b","iat":1000,"exp":940,"scope":"a b",)"
            R"("nbf":1060,"x":[1]})");
}

TEST(cli, says_which_file_is_at_fault) {
  const auto made = call({"keys", "--key", "/nonexistent/key.pem"});
  EXPECT_EQ(made.status, 1);
  EXPECT_EQ(made.err, "latchkey-issuer: /nonexistent/key.pem: No such file or directory\n");
}

TEST(cli, lets_a_running_issuer_sign) {
  exchange with;
  support::test_server server{with.handler()};
  const auto url = "http://127.0.0.1:" + std::to_string(server.endpoint().port());
  const auto made = call({"mint", "--issuer-url", url, "--subject", "ann", "--kid", "nope"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(claims_of_token(made.out), HasSubstr(R"("sub":"ann","aud":"account")"));
  EXPECT_EQ(core::base64url_decode(made.out.substr(0, made.out.find('.'))),
            R"({"alg":"RS256","typ":"JWT","kid":"nope"})");
}

TEST(cli, takes_only_a_whole_and_proper_answer_of_an_issuer) {
  const std::pair<const char*, const char*> cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc\n"},
      {"HTTP/1.1 200 OK\r\n\r\nabc", "abc\n"},
      {"HTTP/1.1 409 No\r\nContent-Length: 3\r\n\r\nwhy", "the issuer refused: why"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", "truncated"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
       "bad_content_length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", "body_too_large"},
      {"hello", "bad_status_line"},
  };
  for (const auto& [answer, told] : cases) {
    support::raw_server server{[&, bytes = answer](support::raw_server::socket& peer) {
      support::raw_server::read_head(peer);
      support::raw_server::send(peer, bytes);
    }};
    const auto made = call({"mint", "--issuer-url", "http://127.0.0.1:" + server.port()});
    EXPECT_THAT(made.out + made.err, HasSubstr(told)) << answer;
  }
}

TEST(cli, asks_only_issuers_on_this_machine) {
  for (const auto* url : {"http://192.0.2.1:9400", "https://127.0.0.1:9400", "ftp://127.0.0.1",
                          "http://idp.example", "127.0.0.1:9400"}) {
    const auto made = call({"mint", "--issuer-url", url});
    EXPECT_EQ(made.status, 1) << url;
    EXPECT_EQ(made.out, "");
    EXPECT_THAT(made.err, HasSubstr("this machine")) << url;
  }
}

TEST(cli, reads_times) {
  const std::vector<std::pair<const char*, std::optional<std::chrono::seconds>>> cases{
      {"90", 90s},
      {"90s", 90s},
      {"-5m", -300s},
      {"1h", 3600s},
      {"2d", 48h},
      {"0", 0s},
      {"", {}},
      {"h", {}},
      {"1w", {}},
      {"1 h", {}},
      {"1.5h", {}},
      {"+1", {}},
      {"99999999999999999999", {}},
      {"9999999d", {}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_seconds(text), expected) << text;
}

}  // namespace
}  // namespace latchkey::issuer
