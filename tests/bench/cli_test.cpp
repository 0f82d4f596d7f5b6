#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <stdexcept>

namespace latchkey::bench {
namespace {

using testing::HasSubstr;

struct outcome {
  int status = 0;
  std::string out;
  std::string err;
  std::optional<verify_options> measured;
  std::optional<idp_faults_options> tried;
  std::optional<idp_faults_options> clients;
  std::optional<run::load_options> loaded;
  std::optional<compare_options> compared;
  std::optional<edge_options> edged;
  std::optional<soak_options> soaked;
};

outcome call(std::vector<std::string> args, bool finishes = true) {
  outcome made;
  std::ostringstream out;
  std::ostringstream err;
  const auto verify = [&made, finishes](const verify_options& options) {
    made.measured = options;
    return finishes;
  };
  const auto idp_faults = [&made, finishes](const idp_faults_options& options) {
    if (options.only == std::vector<std::string>{"nothing"}) throw std::invalid_argument{"no row"};
    made.tried = options;
    return finishes ? exit_ok : exit_failed;
  };
  const auto load = [&made](const run::load_options& options) {
    made.loaded = options;
    return exit_crossed;
  };
  const auto compare = [&made](const compare_options& options) {
    made.compared = options;
    return exit_ok;
  };
  const auto client_faults = [&made, finishes](const idp_faults_options& options) {
    if (options.only == std::vector<std::string>{"nothing"}) throw std::invalid_argument{"no row"};
    made.clients = options;
    return finishes ? exit_ok : exit_failed;
  };
  const auto edge = [&made, finishes](const edge_options& options) {
    if (options.rows.only == std::vector<std::string>{"nothing"}) {
      throw std::invalid_argument{"no row"};
    }
    made.edged = options;
    return finishes ? exit_ok : exit_failed;
  };
  const auto soak = [&made, finishes](const soak_options& options) {
    made.soaked = options;
    return finishes ? exit_ok : exit_failed;
  };
  made.status = run_command_line(
      std::move(args), {out, err, 6, verify, idp_faults, load, compare, client_faults, edge, soak});
  made.out = out.str();
  made.err = err.str();
  return made;
}

TEST(cli, tells_what_there_is) {
  const auto help = call({"--help"});
  EXPECT_EQ(help.status, exit_ok);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
  const auto more = call({"verify", "--help"});
  EXPECT_EQ(more.status, exit_ok);
  EXPECT_THAT(more.out, HasSubstr("latchkey-bench verify --only stages"));
  EXPECT_EQ(call({"--version"}).out, "latchkey-bench " LATCHKEY_VERSION "\n");
}

TEST(cli, measures_as_it_is_told) {
  const auto made =
      call({"verify", "--tokens",  "100", "--keys",    "3",   "--hot",  "9",           "--rounds",
            "5",      "--seconds", "0.2", "--threads", "2",   "--only", "stages,keys", "--time",
            "wall",   "--batch",   "off", "--single",  "off", "--json"});
  ASSERT_TRUE(made.measured) << made.err;
  EXPECT_EQ(made.measured->tokens, 100U);
  EXPECT_EQ(made.measured->keys, 3U);
  EXPECT_EQ(made.measured->hot, 9U);
  EXPECT_EQ(made.measured->rounds, 5U);
  EXPECT_EQ(made.measured->seconds, 0.2);
  EXPECT_EQ(made.measured->threads, 2U);
  EXPECT_THAT(made.measured->only, testing::ElementsAre(section::stages, section::keys));
  EXPECT_EQ(made.measured->time, time_kind::wall);
  EXPECT_EQ(made.measured->batch, batch_choice::off);
  EXPECT_EQ(made.measured->single, single_choice::off);
  EXPECT_TRUE(made.measured->json);
  EXPECT_EQ(made.status, exit_ok);
}

TEST(cli, takes_all_cores_unless_it_is_told_fewer) {
  EXPECT_EQ(call({"verify"}).measured->threads, 6U);
}

TEST(cli, quick_changes_only_what_was_not_given) {
  const auto made = call({"verify", "--quick", "--rounds", "9"});
  ASSERT_TRUE(made.measured) << made.err;
  EXPECT_EQ(made.measured->rounds, 9U);
  EXPECT_EQ(made.measured->tokens, 64U);
  EXPECT_EQ(made.measured->threads, 2U);
  EXPECT_LT(made.measured->seconds, 0.1);
}

TEST(cli, soaks_as_it_is_told) {
  const auto made = call(
      {"soak", "--duration", "90s", "--seed", "7", "--rate", "200", "--quiet", "--json", "--list"});
  ASSERT_TRUE(made.soaked) << made.err;
  EXPECT_EQ(*made.soaked, (soak_options{std::chrono::seconds{90}, 7, 200, true, true, true}));
  EXPECT_EQ(*call({"soak"}).soaked, soak_options{});
  EXPECT_EQ(call({"soak", "--duration", "20m"}).soaked->duration, std::chrono::minutes{20});
  EXPECT_EQ(call({"soak", "--duration", "2d"}).soaked->duration, std::chrono::hours{48});
  EXPECT_EQ(call({"soak"}, false).status, exit_failed);
  for (const auto* wrong : {"", "9s", "31d", "1y", "-5m", "1h30m", "h", "99999999999999999999"}) {
    const auto refused = call({"soak", "--duration", wrong});
    EXPECT_EQ(refused.status, exit_usage) << wrong;
    EXPECT_FALSE(refused.soaked) << wrong;
  }
  EXPECT_EQ(call({"soak", "--rate", "0"}).status, exit_usage);
  EXPECT_THAT(call({"soak", "--help"}).out, HasSubstr("latchkey-bench soak --duration 90s"));
}

TEST(cli, says_by_its_status_that_it_was_stopped) {
  EXPECT_EQ(call({"verify"}, false).status, exit_stopped);
}

TEST(cli, tries_the_faults_it_is_told) {
  const auto made = call({"idp-faults", "--only", "cold,fault:html", "--quick", "--json"});
  ASSERT_TRUE(made.tried) << made.err;
  EXPECT_EQ(*made.tried, (idp_faults_options{{"cold", "fault:html"}, true, true, false}));
  EXPECT_EQ(made.status, exit_ok);
  EXPECT_EQ(*call({"idp-faults"}).tried, idp_faults_options{});
  EXPECT_TRUE(call({"idp-faults", "--list"}).tried->list);
  EXPECT_EQ(call({"idp-faults"}, false).status, exit_failed);
}

TEST(cli, runs_the_edge_it_is_told) {
  const auto made = call({"edge", "--quick", "--only", "identity,takeover", "--attacks", "a.tsv"});
  ASSERT_TRUE(made.edged) << made.err;
  EXPECT_EQ(*made.edged, (edge_options{{{"identity", "takeover"}, true, false, false}, "a.tsv"}));
  EXPECT_EQ(call({"edge"}, false).status, exit_failed);
  EXPECT_EQ(call({"edge", "--only", "nothing"}).status, exit_usage);
  EXPECT_THAT(call({"edge", "--help"}).out, HasSubstr("latchkey-bench edge --only takeover"));
}

TEST(cli, tries_the_clients_it_is_told) {
  const auto made = call({"client-faults", "--only", "garbage", "--quick"});
  ASSERT_TRUE(made.clients) << made.err;
  EXPECT_EQ(*made.clients, (idp_faults_options{{"garbage"}, true, false, false}));
  EXPECT_FALSE(made.tried);
  EXPECT_EQ(call({"client-faults"}, false).status, exit_failed);
  EXPECT_EQ(call({"client-faults", "--only", "nothing"}).status, exit_usage);
}

struct refused {
  std::vector<std::string> args;
  const char* says;
};

TEST(cli, refuses_wrong_usage_and_says_what_to_do) {
  const std::vector<refused> cases{
      {{}, "subcommand is required"},
      {{"unknown"}, "unknown command \"unknown\"; expected one of: verify, idp-faults"},
      {{"verify", "--tokens", "many"}, "--tokens"},
      {{"verify", "--tokens", "-8"}, "--tokens"},
      {{"verify", "--seconds", "0"}, "take a number from 0.001 to 60"},
      {{"verify", "--hot", "5000"}, "--hot 5000 is more than --tokens 4000"},
      {{"verify", "--only", "stages,all"}, "there is no part \"all\": take stages, steps"},
      {{"verify", "--time", "cycles"}, "take cpu or wall"},
      {{"verify", "--batch", "on"}, "take auto, off, ifma or fma"},
      {{"verify", "--single", "fma"}, "take auto, off, ifma or adx"},
      {{"verify", "--tokenz", "8"}, "--tokenz"},
      {{"idp-faults", "--only", "nothing"}, "--only: no row"},
      {{"idp-faults", "cold"}, "cold"},
  };
  for (const auto& one : cases) {
    const auto made = call(one.args);
    EXPECT_EQ(made.status, exit_usage) << testing::PrintToString(one.args);
    EXPECT_EQ(made.out, "");
    EXPECT_THAT(made.err, HasSubstr(one.says));
    EXPECT_FALSE(made.measured);
    EXPECT_FALSE(made.tried);
  }
}

TEST(cli, loads_as_it_is_told) {
  const auto made = call({"load",
                          "3:https://localhost/a",
                          "http://[::1]:80/b",
                          "--rate",
                          "1000",
                          "--connections",
                          "8",
                          "--duration",
                          "2s",
                          "--tokens",
                          "hot=16",
                          "--mix",
                          "valid=9,scope=1",
                          "--expect",
                          "200",
                          "--expect",
                          "scope=401",
                          "--idp",
                          "rotate/1s",
                          "--idp",
                          "remove@1s",
                          "--html",
                          "x.html",
                          "--hgrm",
                          "x.hgrm",
                          "--hdr-log",
                          "x.hlog",
                          "--fail-if",
                          "p99>5ms",
                          "-H",
                          "A: b"});
  ASSERT_TRUE(made.loaded) << made.err;
  EXPECT_EQ(made.status, exit_crossed);
  EXPECT_EQ(made.loaded->urls.size(), 2U);
  EXPECT_EQ(made.loaded->urls[0].weight, 3U);
  EXPECT_EQ(made.loaded->rate, 1000);
  EXPECT_EQ(made.loaded->idp.size(), 2U);
  EXPECT_EQ(made.loaded->files.html + made.loaded->files.hgrm + made.loaded->files.hdr_log,
            "x.htmlx.hgrmx.hlog");
  EXPECT_EQ(made.loaded->fail_if.size(), 1U);
  EXPECT_TRUE(made.loaded->expect_of.contains("scope"));
}

TEST(cli, refuses_a_load_that_makes_no_sense) {
  const struct {
    std::vector<std::string> args;
    const char* said;
  } cases[] = {
      {{"load"}, "which URL?"},
      {{"load", "localhost"}, "expected http://host/path"},
      {{"load", "http://a/", "--key", "k.pem"}, "--key: of which certificate?"},
      {{"load", "http://a/", "--connect-to", "a:1"}, "expected HOST:PORT:OTHER:PORT"},
      {{"load", "http://a/", "--rate", "0"}, "--rate"},
      {{"load", "http://a/", "--duration", "10"}, "expected a time"},
      {{"load", "http://a/", "--fail-if", "p98>1ms"}, "there are p50"},
      {{"load", "http://a/", "--idp", "rotate/5s"}, "--idp needs tokens"},
      {{"load", "http://a/", "--idp", "dance@1s"}, "take rotate"},
      {{"load", "http://a/", "--expect", "ok"}, "is no status"},
      {{"load", "http://a/", "-H", "a: b\r\nc: d"}, "control characters"},
      {{"load", "http://a/", "--resume"}, "--keepalive off"},
  };
  for (const auto& one : cases) {
    const auto made = call(one.args);
    EXPECT_EQ(made.status, exit_usage) << one.said;
    EXPECT_FALSE(made.loaded) << one.said;
    EXPECT_THAT(made.err, HasSubstr(one.said));
  }
}

// What a report says it was made by is a command that makes it again.
TEST(cli, the_command_of_a_comparison_asks_for_the_same) {
  compare_options options;
  options.contenders = {"haproxy", "hello"};
  options.only = {"hot", "idle"};
  options.rounds = 2;
  options.seconds = 1.5;
  options.connections = 7;
  options.distinct_tokens = 8;
  options.hot_tokens = 9;
  options.idle_connections = 10;
  options.many_connections = 11;
  options.settings = {"verify.avx512=off", "log.level=warn"};
  std::istringstream words{compare::command_of(options)};
  std::vector<std::string> args;
  for (std::string word; words >> word;) {
    std::erase(word, '\'');
    args.push_back(word);
  }
  args.erase(args.begin());
  const auto made = call(args);
  ASSERT_TRUE(made.compared) << made.err;
  EXPECT_EQ(*made.compared, options);
}

TEST(cli, compares_as_it_is_told) {
  const auto made = call({"compare", "haproxy,hello", "--only", "hot", "--rounds", "2", "--quick"});
  ASSERT_TRUE(made.compared) << made.err;
  EXPECT_THAT(made.compared->contenders, testing::ElementsAre("haproxy", "hello"));
  EXPECT_EQ(made.compared->rounds, 2U);
  EXPECT_EQ(made.compared->seconds, 0.3);
  EXPECT_EQ(call({"compare", "apache"}).status, exit_usage);
  EXPECT_THAT(call({"compare", "--only", "speed"}).err, HasSubstr("there is no part \"speed\""));
}

TEST(cli, gives_a_key_to_the_certificate_or_to_the_tokens) {
  const auto of_certificate =
      call({"load", "https://a/", "--cert", "c.pem", "--key", "k.pem", "--tokens", "hot=1"});
  ASSERT_TRUE(of_certificate.loaded) << of_certificate.err;
  EXPECT_EQ(of_certificate.loaded->certificate_file, "c.pem");
  EXPECT_EQ(of_certificate.loaded->key_file, "k.pem");
  EXPECT_EQ(of_certificate.loaded->tokens.key, "");
  const auto of_tokens =
      call({"load", "https://a/", "--key", "k.pem", "--tokens", "hot=1", "--issuer", "i"});
  ASSERT_TRUE(of_tokens.loaded) << of_tokens.err;
  EXPECT_EQ(of_tokens.loaded->tokens.key, "k.pem");
  EXPECT_EQ(of_tokens.loaded->key_file, "");
}

TEST(cli, reports_on_two_files) {
  EXPECT_THAT(call({"report", "A", "B", "--fail-if", "p98>1x"}).err, HasSubstr("there are p50"));

  EXPECT_EQ(call({"report", "A.json"}).status, exit_usage);
  EXPECT_THROW(call({"report", "/no/A.json", "/no/B.json"}), std::runtime_error);
}

}  // namespace
}  // namespace latchkey::bench
