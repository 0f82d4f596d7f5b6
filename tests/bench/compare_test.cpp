#include "compare/compare.hpp"

#include "compare/configs.hpp"
#include "compare/programs.hpp"
#include "compare/rounds.hpp"
#include "compare/testbed.hpp"
#include "report/json_report.hpp"
#include "sample_run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace latchkey::bench::compare {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// --- options

struct options_case {
  const char* name;
  compare_options options;
  const char* problem;
};

TEST(compare_options, are_judged_before_anything_is_started) {
  compare_options base;
  const auto with = [&](auto change) {
    auto options = base;
    change(options);
    return options;
  };
  const std::vector<options_case> cases{
      {"the usual ones", base, ""},
      {"all names", with([](auto& o) { o.contenders = {"haproxy", "fastapi", "nginx", "hello"}; }),
       ""},
      {"an unknown contender", with([](auto& o) { o.contenders = {"haproxy", "apache"}; }),
       "there is no contender \"apache\": take latchkey, haproxy, fastapi, nginx, hello"},
      {"an unknown part", with([](auto& o) { o.only = {"cold"}; }),
       "there is no part \"cold\": take distinct, hot, handshakes, idle, connections, workers"},
      {"no rounds", with([](auto& o) { o.rounds = 0; }), "rounds can be 1 to 100, not 0"},
      {"no time", with([](auto& o) { o.seconds = 0; }), "seconds can be 0.2 to 600, not 0"},
      {"no connections", with([](auto& o) { o.connections = 0; }),
       "connections can be 1 to 20000, not 0"},
      {"a setting that is none", with([](auto& o) { o.settings = {"verify.avx512"}; }),
       "--set verify.avx512: expected KEY=VALUE"},
      {"workers, which the headings tell", with([](auto& o) { o.settings = {"server.workers=2"}; }),
       "--set server.workers=2: server.workers is set by compare itself"},
      {"a part of what it sets", with([](auto& o) { o.settings = {"issuer.0.issuer=x"}; }),
       "--set issuer.0.issuer=x: issuer is set by compare itself"},
      {"a setting of one's own",
       with([](auto& o) { o.settings = {"server.limits.head_bytes=1", "verify.avx512=off"}; }), ""},
      {"more tokens than are made at once", with([](auto& o) { o.distinct_tokens = 10'001; }),
       "distinct tokens can be 1 to 10000, not 10001"},
      {"no hot tokens", with([](auto& o) { o.hot_tokens = 0; }),
       "hot tokens can be 1 to 10000, not 0"},
  };
  for (const auto& each : cases) EXPECT_EQ(problem_of(each.options), each.problem) << each.name;
}

TEST(compare_options, latchkey_is_always_wanted_and_first) {
  compare_options options;
  EXPECT_EQ(wanted_contenders(options), all_contenders());
  options.contenders = {"hello", "haproxy", "hello"};
  EXPECT_THAT(wanted_contenders(options),
              ElementsAre(contender::latchkey, contender::haproxy, contender::hello));
  EXPECT_TRUE(was_named(options, contender::haproxy));
  EXPECT_FALSE(was_named(options, contender::nginx));
}

TEST(compare_options, the_command_says_what_is_not_usual) {
  compare_options options;
  EXPECT_EQ(command_of(options), "latchkey-bench compare");
  options.contenders = {"haproxy", "hello"};
  options.only = {"hot"};
  options.rounds = 5;
  options.seconds = 1.5;
  options.html = "page.html";
  EXPECT_EQ(command_of(options),
            "latchkey-bench compare haproxy,hello --only hot --rounds 5 --seconds 1.5");
  options.idle_connections = 9;
  options.many_connections = 99;
  EXPECT_THAT(command_of(options), HasSubstr(" --idle-connections 9 --many-connections 99"));
  options.settings = {"docs.title=\"it's\""};
  EXPECT_THAT(command_of(options), EndsWith(R"( --set 'docs.title="it'\''s"')"));
}

TEST(compare_options, names_are_found_again) {
  for (const auto one : all_contenders()) EXPECT_EQ(contender_named(name_of(one)), one);
  for (const auto one : all_parts()) EXPECT_EQ(part_named(name_of(one)), one);
  EXPECT_EQ(contender_named("Haproxy"), std::nullopt);
}

// --- cores

TEST(cores, one_each_and_a_third_for_two_workers) {
  EXPECT_THROW(plan_cores({3}), std::runtime_error);
  const auto two = plan_cores({2, 5});
  EXPECT_EQ(two.server, 2U);
  EXPECT_EQ(two.load, 5U);
  EXPECT_THAT(two.two_servers, ElementsAre(2, 5));
  EXPECT_TRUE(two.shared);
  const auto three = plan_cores({0, 1, 2});
  EXPECT_EQ(three.load, 1U);
  EXPECT_THAT(three.two_servers, ElementsAre(0, 2));
  EXPECT_FALSE(three.shared);
}

// --- configurations and calls

setting some_setting() {
  setting with;
  with.port = 4443;
  with.admin_port = 4444;
  with.certificate = "/c/server.pem";
  with.key = "/c/server.key";
  with.certificate_and_key = "/c/both.pem";
  with.public_key = "/c/public.pem";
  with.issuer = "http://127.0.0.1:9400";
  with.body = R"({"sub":"a$b\\c"})";
  with.script = "/c/verify.lua";
  with.folder = "/c";
  return with;
}

TEST(configs, latchkey_has_a_cache_or_none) {
  const auto cold = latchkey_config(some_setting(), 1, false);
  EXPECT_THAT(cold, AllOf(HasSubstr("listen = [\"127.0.0.1:4443\"]\nworkers = 1"),
                          HasSubstr("[verify]\ntoken_cache_bytes = 0"),
                          HasSubstr("[admin]\nlisten = \"127.0.0.1:4444\""),
                          HasSubstr("audiences = [\"account\"]"), HasSubstr("level = \"warn\"")));
  const auto hot = latchkey_config(some_setting(), 2, true);
  EXPECT_THAT(hot, AllOf(HasSubstr("workers = 2"), Not(HasSubstr("token_cache_bytes"))));
}

TEST(configs, haproxy_checks_all_that_latchkey_checks) {
  const auto text = haproxy_config(some_setting());
  EXPECT_THAT(text, AllOf(HasSubstr("nbthread 1"), HasSubstr("bind 127.0.0.1:4443 ssl crt /c/both"),
                          HasSubstr("unless { var(txn.alg) -m str RS256 }"),
                          HasSubstr("unless { var(txn.iss) -m str http://127.0.0.1:9400 }"),
                          HasSubstr("unless { var(txn.aud) -m str account }"),
                          HasSubstr("if { var(txn.exp),sub(txn.now) -m int lt 0 }"),
                          HasSubstr("jwt_verify(txn.alg,\"/c/public.pem\") -m int 1"),
                          HasSubstr(R"(string "{\"sub\":\"a\$b\\\\c\"}")")));
}

TEST(configs, nginx_checks_all_that_latchkey_checks) {
  EXPECT_THAT(nginx_config(some_setting()),
              AllOf(HasSubstr("listen 127.0.0.1:4443 ssl;"), HasSubstr("location = /my-token {"),
                    HasSubstr("init_by_lua_file /c/verify.lua;"), Not(HasSubstr("{{"))));
  EXPECT_THAT(nginx_script(some_setting()),
              AllOf(HasSubstr("io.open(\"/c/public.pem\")"), HasSubstr("header.alg ~= \"RS256\""),
                    HasSubstr("claims.iss ~= \"http://127.0.0.1:9400\""),
                    HasSubstr("claims.aud ~= \"account\""), HasSubstr("claims.exp <= ngx.time()"),
                    HasSubstr("key:verify(bytes, hash)")));
}

TEST(configs, the_application_is_told_where_the_keys_are) {
  EXPECT_THAT(fastapi_app(), AllOf(HasSubstr("app = FastAPI("), HasSubstr("jwt.decode(")));
  const auto arguments = fastapi_arguments(some_setting());
  EXPECT_THAT(arguments, testing::Contains("JWKS_URL=http://127.0.0.1:9400/.well-known/jwks.json"));
  EXPECT_THAT(arguments, testing::Contains("4443"));
}

TEST(configs, quotes_end_no_text) {
  EXPECT_EQ(haproxy_quoted(R"(a "b" \ $c)"), R"("a \"b\" \\ \$c")");
  EXPECT_EQ(lua_quoted(R"(a "b" \ $c)"), R"("a \"b\" \\ $c")");
}

TEST(programs, are_called_on_their_cores) {
  EXPECT_THAT(pinned_command({0, 2}, "/usr/sbin/haproxy", {"-db"}),
              ElementsAre("/usr/bin/taskset", "-c", "0,2", "/usr/sbin/haproxy", "-db"));
}

TEST(programs, are_looked_for_in_absolute_folders) {
  EXPECT_EQ(find_program("sh", "/bin"), "/bin/sh");
  EXPECT_EQ(find_program("env", "/nowhere:.:"), "/usr/bin/env");
  EXPECT_EQ(find_program("no-such-program", "/bin"), std::nullopt);
}

TEST(programs, versions_are_taken_from_what_is_printed) {
  EXPECT_EQ(version_in(contender::haproxy, "HAProxy version 2.6.12-1 2023/12/16 - https://x\nmore"),
            "2.6.12-1");
  EXPECT_EQ(version_in(contender::nginx, "nginx version: nginx/1.22.1"),
            "1.22.1 with lua-cjson and luaossl");
  EXPECT_EQ(version_in(contender::fastapi, "0.92.0 under uvicorn 0.17.6\n"),
            "0.92.0 under uvicorn 0.17.6");
  EXPECT_EQ(version_in(contender::haproxy, "something else"), "something else");
}

TEST(programs, what_is_missing_is_named_with_its_package) {
  for (const auto one : {contender::haproxy, contender::fastapi, contender::nginx}) {
    EXPECT_NE(needs_of(one).packages, "") << name_of(one);
    const auto text = missing_of(one);
    if (!text.empty()) {
      EXPECT_THAT(text, HasSubstr("apt-get install " + needs_of(one).packages));
    }
  }
  EXPECT_EQ(missing_of(contender::latchkey), "");
  EXPECT_EQ(missing_of(contender::hello), "");
}

TEST(load_call, says_what_is_wanted) {
  load_call_options options;
  options.url = "https://127.0.0.1:4443/my-token";
  options.tokens = "/c/hot.txt";
  options.authority = "/c/server.pem";
  options.shape = {2.5, 64, std::nullopt};
  EXPECT_THAT(
      load_arguments(options),
      ElementsAre("load", "https://127.0.0.1:4443/my-token", "--connections", "64", "--duration",
                  "2500ms", "--tokens", "file=/c/hot.txt", "--ca", "/c/server.pem", "--json"));
  options.shape = {1, 8, 1234.4, false, true};
  const auto arguments = load_arguments(options);
  EXPECT_THAT(std::vector(arguments.end() - 5, arguments.end()),
              ElementsAre("--rate", "1234", "--keepalive", "off", "--resume"));
}

TEST(load_call, the_report_of_the_load_client_is_read) {
  const auto run = test::sample_run();
  const auto read = read_load_figures(report::to_json(run));
  EXPECT_DOUBLE_EQ(read.seconds, run.seconds);
  EXPECT_EQ(read.answered, run.answered);
  EXPECT_EQ(read.wrong, run.wrong);
  EXPECT_EQ(read.errors, run.errors);
  EXPECT_EQ(read.dropped, run.dropped);
  EXPECT_EQ(read.resumed, run.resumed);
  EXPECT_DOUBLE_EQ(read.p99, std::chrono::duration<double>(run.latency.quantile(0.99)).count());
  EXPECT_GT(read.p99, read.p50);
  EXPECT_DOUBLE_EQ(read.throughput(), run.throughput());
}

TEST(load_call, another_text_is_no_report) {
  for (const auto* text : {"", "no JSON", "[]", "{}", R"({"schema":"latchkey-load-report/9"})",
                           R"({"schema":"latchkey-load-report/1","seconds":"many"})"}) {
    EXPECT_THROW(read_load_figures(text), std::runtime_error) << text;
  }
}

TEST(tokens, a_spoiled_one_differs_in_a_whole_character_of_the_signature) {
  EXPECT_EQ(with_bad_signature("a.b.wxyz"), "a.b.wAyz");
  EXPECT_EQ(with_bad_signature("a.b.wAyz"), "a.b.wByz");
}

// --- rounds

load_figures answered(std::uint64_t count) {
  load_figures load;
  load.seconds = 1;
  load.answered = count;
  load.p50 = 0.001;
  load.p99 = 0.004;
  return load;
}

// A fake for the runs: notes who was asked for what.
struct fake {
  std::vector<std::pair<contender, load_shape>> calls;
  std::map<contender, std::uint64_t> peak;
  load_figures extra;  // added to each

  async::task<measured_run> answer(contender who, load_shape shape) {
    calls.emplace_back(who, shape);
    measured_run made;
    made.load = answered(peak[who]);
    made.load.wrong = extra.wrong;
    made.load.errors = extra.errors;
    made.load.dropped = shape.rate ? 2 : 0;
    made.load.bottleneck = extra.bottleneck;
    made.load.resumed = extra.resumed;
    made.cpu_seconds = 0.5;
    made.resident_bytes = 1 << 20;
    co_return made;
  }

  run_load run() {
    return [this](contender who, load_shape shape) { return answer(who, shape); };
  }

  std::vector<contender> who() const {
    std::vector<contender> names;
    for (const auto& one : calls) names.push_back(one.first);
    return names;
  }
};

void finish(async::task<> work) {
  async::asio::io_context context{1};
  std::exception_ptr fault;
  async::asio::co_spawn(context.get_executor(), std::move(work),
                        [&](const std::exception_ptr& thrown) { fault = thrown; });
  context.run();
  if (fault) std::rethrow_exception(fault);
}

const std::vector<contender> pair{contender::latchkey, contender::haproxy};
const progress_fn silence = [](const std::string&) {};

compare_options two_rounds() {
  compare_options options;
  options.rounds = 2;
  options.seconds = 1;
  return options;
}

TEST(rounds, the_contenders_take_turns_after_a_warmup) {
  fake servers;
  servers.peak = {{contender::latchkey, 2000}, {contender::haproxy, 1000}};
  workload_figures into;
  finish(measure_closed(pair, two_rounds(), servers.run(), silence, into));
  using enum contender;
  EXPECT_THAT(servers.who(), ElementsAre(latchkey, haproxy, latchkey, haproxy, latchkey, haproxy));
  EXPECT_DOUBLE_EQ(servers.calls[0].second.seconds, warmup_seconds);
  EXPECT_DOUBLE_EQ(servers.calls[2].second.seconds, 1);
  EXPECT_EQ(servers.calls[2].second.rate, std::nullopt);
  // The warm-up is no figure.
  EXPECT_THAT(into.closed[latchkey].throughput, ElementsAre(2000, 2000));
  EXPECT_THAT(into.closed[haproxy].cpu, ElementsAre(0.0005, 0.0005));
  EXPECT_THAT(into.closed[haproxy].resident, ElementsAre(1 << 20, 1 << 20));
  EXPECT_FALSE(into.closed[haproxy].bottleneck);
}

TEST(rounds, latencies_are_compared_at_seventy_percent_of_the_lesser_peak) {
  fake servers;
  servers.peak = {
      {contender::latchkey, 2000}, {contender::haproxy, 1000}, {contender::hello, 5000}};
  const std::vector<contender> all{contender::latchkey, contender::haproxy, contender::hello};
  workload_figures into;
  finish(measure_closed(all, two_rounds(), servers.run(), silence, into));
  servers.calls.clear();
  finish(measure_paced(all, two_rounds(), servers.run(), silence, into));
  ASSERT_EQ(into.paced.size(), 2U);
  EXPECT_DOUBLE_EQ(into.paced[contender::haproxy].rate, 700);
  EXPECT_DOUBLE_EQ(into.paced[contender::hello].rate, 1400);
  ASSERT_EQ(servers.calls.size(), 8U);
  for (std::size_t i = 0; i < servers.calls.size(); i += 2) {
    EXPECT_EQ(servers.calls[i].first, contender::latchkey);
    EXPECT_EQ(servers.calls[i].second, servers.calls[i + 1].second);
  }
  EXPECT_THAT(into.paced[contender::haproxy].other.p99, ElementsAre(0.004, 0.004));
  EXPECT_EQ(into.paced[contender::haproxy].latchkey.dropped, 4U);
}

TEST(rounds, handshakes_are_connections_for_one_request) {
  fake servers;
  servers.peak = {{contender::latchkey, 300}, {contender::haproxy, 200}};
  handshake_figures into;
  finish(measure_handshakes(pair, two_rounds(), servers.run(), silence, into));
  EXPECT_THAT(into.whole[contender::haproxy], ElementsAre(200, 200));
  EXPECT_EQ(into.whole_cpu[contender::haproxy].size(), 2U);
  EXPECT_TRUE(into.resumed.empty()) << "they have resumed none";
  ASSERT_EQ(servers.calls.size(), 8U);
  EXPECT_FALSE(servers.calls.front().second.keepalive);
  EXPECT_FALSE(servers.calls.front().second.resume);
}

TEST(rounds, handshakes_are_resumed_apart_from_whole_ones) {
  fake servers;
  servers.peak = {{contender::latchkey, 300}, {contender::haproxy, 200}};
  servers.extra.resumed = 1000;
  handshake_figures into;
  finish(measure_handshakes(pair, two_rounds(), servers.run(), silence, into));
  EXPECT_THAT(into.resumed[contender::haproxy], ElementsAre(200, 200));
  EXPECT_EQ(into.resumed_cpu[contender::latchkey].size(), 2U);
  EXPECT_FALSE(servers.calls[1].second.keepalive);
  EXPECT_TRUE(servers.calls[1].second.resume);
}

TEST(rounds, a_wrong_answer_ends_them_and_says_whose_it_was) {
  fake servers;
  servers.peak = {{contender::latchkey, 300}, {contender::haproxy, 200}};
  servers.extra.wrong = 3;
  workload_figures into;
  try {
    finish(measure_closed(pair, two_rounds(), servers.run(), silence, into));
    FAIL() << "no exception";
  } catch (const std::runtime_error& fault) {
    EXPECT_STREQ(fault.what(), "latchkey: 3 of 300 answers were not as they should be");
  }
}

struct fault_case {
  const char* name;
  std::uint64_t answered;
  std::uint64_t wrong;
  std::uint64_t errors;
  bool sound;
};

TEST(rounds, few_failures_are_borne_wrong_answers_are_not) {
  const std::vector<fault_case> cases{
      {"all right", 5000, 0, 0, true},       {"one failure in a thousand", 5000, 0, 5, true},
      {"more than that", 5000, 0, 6, false}, {"one wrong answer", 5000, 1, 0, false},
      {"nothing at all", 0, 0, 0, false},
  };
  for (const auto& each : cases) {
    auto load = answered(each.answered);
    load.wrong = each.wrong;
    load.errors = each.errors;
    EXPECT_EQ(fault_of(load).empty(), each.sound) << each.name;
  }
}

TEST(figures, a_ratio_is_of_medians_and_of_nothing_none) {
  EXPECT_EQ(ratio({1, 2, 9}, {4, 4, 100}), 0.5);
  EXPECT_EQ(ratio({}, {4}), std::nullopt);
  EXPECT_EQ(ratio({4}, {}), std::nullopt);
  EXPECT_EQ(ratio({4}, {0}), std::nullopt);
}

TEST(figures, no_answers_cost_nothing_to_speak_of) {
  closed_runs runs;
  measured_run none;
  none.cpu_seconds = 1;
  add(runs, none);
  EXPECT_THAT(runs.cpu, ElementsAre(0));
  EXPECT_THAT(runs.throughput, ElementsAre(0));
}

}  // namespace
}  // namespace latchkey::bench::compare
