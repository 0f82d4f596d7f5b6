#include "command_line.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/show.hpp>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace latchkey::programs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(cli, help_of_every_command_has_examples) {
  const std::vector<std::vector<std::string>> commands = {
      {},
      {"serve"},
      {"check-config"},
      {"print-config"},
      {"init"},
      {"doctor"},
      {"healthcheck"},
      {"healthcheck", "--set", "log.level=info"},
      {"token", "inspect"},
      {"token", "verify"}};
  for (auto args : commands) {
    args.emplace_back("--help");
    const auto got = call(args);
    EXPECT_EQ(got.status, exit_ok);
    EXPECT_THAT(got.out, HasSubstr("Example")) << args[0];
    EXPECT_THAT(got.out, HasSubstr("  latchkey ")) << args[0];
    EXPECT_THAT(got.err, IsEmpty());
  }
}

TEST(cli, version_is_the_projects) {
  const auto got = call({"--version"});
  EXPECT_EQ(got.status, exit_ok);
  EXPECT_EQ(got.out, "latchkey " LATCHKEY_VERSION "\n");
}

TEST(cli, a_wrong_command_line_is_told_apart_from_a_refusal) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"unknown"},
      {"serve"},
      {"serve", "--config", "/nowhere/c.toml"},
      {"check-config", "--config"},
      {"print-config", "--nonsense"},
      {"token"},
      {"token", "inspect"},
      {"token", "verify", "x"},
      {"token", "verify", "x", "--jwks", "/nowhere"},
      {"token", "verify", "x", "--jwks", "/dev/null", "--issuer", "a"},
      {"healthcheck"},
      {"healthcheck", "--set", "log.level=info"},
      {"healthcheck", "--url", "http://127.0.0.1:1/", "--timeout", "0"},
      {"doctor"},
      {"doctor", "--config", "/nowhere/c.toml"},
      {"init"},
      {"init", "--provider", "auth0"},
      {"init", "--provider", "auth0", "--domain"},
  };
  for (const auto& args : wrong) {
    const auto got = call(args);
    EXPECT_EQ(got.status, exit_usage) << testing::PrintToString(args);
    EXPECT_THAT(got.err, testing::Not(IsEmpty())) << testing::PrintToString(args);
  }
}

TEST(cli, who_has_no_configuration_is_told_how_to_begin) {
  for (const auto* const command : {"serve", "check-config", "print-config", "doctor"}) {
    const auto missing = call({command, "--config", "/nowhere/c.toml"});
    EXPECT_THAT(missing.err, testing::HasSubstr("/nowhere/c.toml")) << command;
    EXPECT_THAT(missing.err, testing::HasSubstr("latchkey init writes a first")) << command;
    EXPECT_THAT(call({command}).err, testing::HasSubstr("latchkey init writes a first")) << command;
  }
  EXPECT_THAT(call({"token", "verify", "x", "--jwks", "/nowhere"}).err,
              testing::Not(testing::HasSubstr("latchkey init")));
}

TEST(cli, an_unknown_command_is_named_with_those_there_are) {
  EXPECT_THAT(call({"check"}).err,
              StartsWith("unknown command \"check\"; expected one of: serve, check-config, "));
}

TEST(cli, names_an_option_that_is_none) {
  for (const auto& args :
       {std::vector<std::string>{"serve", "--confg", "x"},
        std::vector<std::string>{"check-config", "--config", "/dev/null", "--confg", "x"}}) {
    const auto got = call(args);
    EXPECT_EQ(got.status, 2);
    EXPECT_THAT(got.err, StartsWith("unknown option \"--confg\"\n"));
  }
}

TEST(cli, serve_gets_the_merged_configuration_and_gives_its_status) {
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", test_config).string();
  const auto got = call({"serve", "--config", file, "--set", "server.workers=3", "--set",
                         "server.listen=[\"127.0.0.1:0\"]"},
                        "", {{"LATCHKEY_SERVER__WORKERS", "2"}, {"LATCHKEY_LOG__FORMAT", "text"}});
  EXPECT_EQ(got.status, 7) << got.err;
  ASSERT_TRUE(got.served);
  EXPECT_EQ(got.served->server.workers, 3U);
  EXPECT_EQ(got.served->server.listen, std::vector<std::string>{"127.0.0.1:0"});
  EXPECT_EQ(got.served->log.format, app::log_format::text);
}

TEST(cli, serve_starts_nothing_with_a_configuration_that_is_not_valid) {
  const support::temporary_folder folder;
  // Not sums: gcc 12 warns of bounds in its own string where it folds one of these.
  std::string text{test_config};
  text += "handlr = 1\n";
  const auto file = folder.write("c.toml", text).string();
  const auto got = call({"serve", "--config", file, "--set", "server.workers=no"});
  EXPECT_EQ(got.status, exit_refused);
  EXPECT_FALSE(got.served);
  auto expected = file;
  expected += ":12:1: route.0.handlr: unknown key; did you mean route.0.handler?\n";
  expected +=
      "--set server.workers: server.workers: found \"no\", which is not a TOML value; expected an "
      "integer from 0 to 1024\n"
      "2 problems; the configuration is not valid\n";
  EXPECT_EQ(got.err, expected);
}

TEST(cli, check_config_looks_at_the_files_as_well) {
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", test_config).string();
  const auto without = call({"check-config", "--config", file});
  EXPECT_EQ(without.status, exit_refused);
  EXPECT_THAT(without.err, HasSubstr("server.tls.certificate: " +
                                     (folder.path() / "server.pem").string() + " does not exist"));
  EXPECT_THAT(without.err, HasSubstr("2 problems; the configuration itself is valid\n"));
  const auto own = support::make_certificate();
  folder.write("server.pem", own.pem);
  folder.write("server.key", support::make_certificate().key_pem);
  const auto of_another = call({"check-config", "--config", file});
  EXPECT_EQ(of_another.status, exit_refused);
  EXPECT_THAT(of_another.err,
              HasSubstr("server.tls: the private key " + (folder.path() / "server.key").string() +
                        " does not belong to the certificate"));
  folder.write("server.key", own.key_pem);
  const auto with = call({"check-config", "--config", file});
  EXPECT_EQ(with.status, exit_ok) << with.err;
  EXPECT_EQ(with.out, file + ": valid, 1 issuer, 1 route\n");
  // The clock of these tests stands still, on a day that is not the certificate's.
  EXPECT_THAT(with.err, StartsWith("warning: " + file + ": server.tls.certificate: "));
}

TEST(cli, check_config_makes_the_ways_to_the_issuers_as_serve_does) {
  const support::temporary_folder folder;
  const auto own = support::make_certificate();
  folder.write("server.pem", own.pem);
  folder.write("server.key", own.key_pem);
  const auto file = folder.write("c.toml", test_config).string();
  const auto with = [&](app::environment_map environment) {
    return call({"check-config", "--config", file}, "", std::move(environment));
  };
  const auto refused = with({{"https_proxy", "https://ann:sesame@p.example:3129"}});
  EXPECT_EQ(refused.status, exit_refused);
  EXPECT_THAT(refused.err, HasSubstr("issuer.0: HTTPS_PROXY of the environment is not"));
  EXPECT_THAT(refused.err, Not(HasSubstr("sesame")));
  const auto direct =
      with({{"https_proxy", "https://p.example:3129"}, {"no_proxy", "idp.example"}});
  EXPECT_EQ(direct.status, exit_ok) << direct.err;
  folder.write("ca.pem", "no certificate");
  std::string text{test_config};
  text.insert(text.find("audiences"), "ca_file = \"ca.pem\"\n");
  folder.write("c.toml", text);
  EXPECT_THAT(with({}).err, HasSubstr("cannot use the trusted authorities"));
}

TEST(cli, what_print_config_prints_prints_the_same) {
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", test_config).string();
  const auto first =
      call({"print-config", "--config", file}, "", {{"LATCHKEY_SERVER__WORKERS", "2"}});
  ASSERT_EQ(first.status, exit_ok) << first.err;
  EXPECT_THAT(first.out, HasSubstr("workers = 2\n"));
  const auto second =
      call({"print-config", "--config", folder.write("d.toml", first.out).string()});
  EXPECT_EQ(second.out, first.out) << second.err;
}

TEST(show, json_is_indented_and_cannot_control_a_terminal) {
  const auto value = boost::json::parse(
      "{\"a\":[1,{\"b\":[]}],\"\\u001b[2J\":\"\\u009b31m \\u007f \\u202e \\u2066 \xC3\xA9 "
      "\xC2\xA9\"}");
  EXPECT_EQ(pretty_json(value), R"({
  "a": [
    1,
    {
      "b": []
    }
  ],
  "\u001b[2J": "\u009b31m \u007f \u202e \u2066 )"
                                "\xC3\xA9 \xC2\xA9\"\n}");
}

TEST(show, times_are_dates_and_distances) {
  const core::wall_time now{std::chrono::seconds{1'795'434'824}};
  EXPECT_EQ(date_text(1'795'434'824), "2026-11-23 11:53:44 UTC");
  EXPECT_EQ(date_text(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(date_text(-1), "-1");
  EXPECT_EQ(date_text(253'402'300'800), "253402300800");
  EXPECT_EQ(distance_text(1'795'434'824, now), "now");
  EXPECT_EQ(distance_text(1'795'434'825, now), "in 1 second");
  EXPECT_EQ(distance_text(1'795'434'824 - 150, now), "2 minutes ago");
  EXPECT_EQ(distance_text(1'795'434'824 + 7200, now), "in 2 hours");
  EXPECT_EQ(distance_text(0, now), "20780 days ago");
}

}  // namespace
}  // namespace latchkey::programs
