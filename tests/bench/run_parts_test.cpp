// What a load run is made of, without a socket: the texts of its options, and the requests.
#include "report/json_report.hpp"
#include "report/limits.hpp"
#include "report/summary.hpp"
#include "run/body.hpp"
#include "run/collector.hpp"
#include "run/connect_to.hpp"
#include "run/load_url.hpp"
#include "run/options.hpp"
#include "run/tokens.hpp"
#include "run/workload.hpp"
#include "sample_run.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace latchkey::bench::run {
namespace {

using namespace std::chrono_literals;

TEST(load_options, reads_times) {
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("250us"), 250us);
  EXPECT_EQ(parse_duration("2m"), 120s);
  EXPECT_EQ(parse_duration("0"), 0s);
  for (const std::string_view text : {"", "10", "-1s", "s", "1d", "nans", "infs", "25h", "1 s"}) {
    EXPECT_THROW(parse_duration(text), std::invalid_argument) << text;
  }
}

TEST(load_options, reads_urls_with_weights) {
  EXPECT_EQ(parse_weighted_url("https://a/x").weight, 1U);
  const auto heavy = parse_weighted_url("3:http://127.0.0.1:80/");
  EXPECT_EQ(heavy.weight, 3U);
  EXPECT_EQ(heavy.text, "http://127.0.0.1:80/");
  for (const std::string_view text :
       {"", "3", "0:http://a/", "1001:http://a/", "ftp://a/", "http://u:p@a/", "http://a/#x"}) {
    EXPECT_THROW(parse_weighted_url(text), std::invalid_argument) << text;
  }
}

TEST(load_options, reads_urls_of_a_file) {
  const auto all =
      parse_url_lines("# comment\r\nhttp://a/1\r\n\n3:http://a/2?x=a|b\nhttp://a/3", "urls.txt");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].weight, 3U);
  EXPECT_EQ(all[1].text, "http://a/2?x=a|b");
  try {
    parse_url_lines("http://a/\n\nftp://a/\n", "urls.txt");
    ADD_FAILURE();
  } catch (const std::invalid_argument& wrong) {
    EXPECT_THAT(wrong.what(), testing::StartsWith("urls.txt:3: \"ftp://a/\": the scheme is"));
  }
  EXPECT_EQ(parse_url_lines("\xef\xbb\xbfhttp://a/\r\n", "f").at(0).text, "http://a/");
  EXPECT_THROW(parse_url_lines("\n#\n", "f"), std::invalid_argument);
  std::string many;
  for (std::size_t i = 0; i <= max_urls; ++i) many += "http://a/\n";
  EXPECT_THROW(parse_url_lines(many, "f"), std::invalid_argument);
}

TEST(load_url, is_sent_as_it_was_given) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://h", "/"},
      {"http://h?", "/?"},
      {"http://h/x?", "/x?"},
      {"http://h/x?a=1|2", "/x?a=1|2"},
      {"http://h/x?filter[a]={\"b\":<1>}^`\\", "/x?filter[a]={\"b\":<1>}^`\\"},
      {"http://h/a/../b//c;d=%zz%", "/a/../b//c;d=%zz%"},
      {"http://h/b\xC3\xBC\x63her?q=\xE2\x82\xAC&r=\xF0\x9F\x98\x80",
       "/b%C3%BCcher?q=%E2%82%AC&r=%F0%9F%98%80"},
      {"http://h/x?redirect=http://other/?a=b:c@d", "/x?redirect=http://other/?a=b:c@d"},
  };
  for (const auto& [text, target] : cases) EXPECT_EQ(parse_load_url(text).target, target) << text;
  const auto made = parse_load_url("HTTPS://[::1]:8443/x");
  EXPECT_TRUE(made.secure);
  EXPECT_EQ(made.host, "::1");
  EXPECT_EQ(made.authority, "[::1]:8443");
  EXPECT_EQ(made.port, 8443);
  EXPECT_EQ(parse_load_url("http://a_b.example").port, 80);
}

TEST(load_url, says_why_one_is_refused) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "is empty"},
      {"http", "the scheme is missing"},
      {"localhost:8080/x", "the scheme is missing"},
      {"/x", "the scheme is missing"},
      {"ftp://h/", "the scheme is \"ftp\""},
      {"http:/h/", "two slashes"},
      {"http://", "the host is missing"},
      {"http:///x", "the host is missing"},
      {"http://:80/", "the host is missing"},
      {"http://user:secret@h/", "user and password"},
      {"http://h:/", "a port is missing"},
      {"http://h:0/", "\"0\" is no port"},
      {"http://h:65536/", "\"65536\" is no port"},
      {"http://h:http/", "\"http\" is no port"},
      {"http://b\xC3\xBC\x63her.example/", "xn--"},
      {"http://::1/", "stands in brackets"},
      {"http://[::1/", "not closed"},
      {"http://[::1]x/", "only a port may follow"},
      {"http://[fe80::1%25eth0]/", "zone"},
      {"http://[::g]/", "no IPv6 address"},
      {"http://127.1/", "neither a host name"},
      {"http://0x7f000001/", "neither a host name"},
      {"http://a b/", "no host name"},
      {"http://h/a b", "a space at byte 11: write %20"},
      {"http://h/a\tb", "a control character (0x09) at byte 11"},
      {"http://h/a\x7f", "a control character (0x7f) at byte 11"},
      {"http://h/#part", "never sent to a server"},
      {"http://h/\xFF", "byte 10 (0xff) is not UTF-8"},
      {"http://h/\xC0\xAF", "is not UTF-8"},
      {"http://h/\xE2\x82", "is not UTF-8"},
      {"http://h/\xED\xA0\x80", "is not UTF-8"},
  };
  for (const auto& [text, why] : cases) {
    try {
      parse_load_url(text);
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& refused) {
      EXPECT_THAT(refused.what(), testing::HasSubstr(why)) << text;
      EXPECT_THAT(refused.what(), testing::Not(testing::HasSubstr("secret")));
    }
  }
  EXPECT_EQ(shown_url("http://u:p@h/x?token=1"), "http://...@h/x");
}

TEST(connect_to, takes_the_place_of_a_host) {
  const std::vector<connect_to> all{parse_connect_to("a.example:443:127.0.0.1:8443"),
                                    parse_connect_to("[::1]:80:[::2]:"),
                                    parse_connect_to(":8080::9090")};
  using place = std::pair<std::string, std::uint16_t>;
  EXPECT_EQ(place_to_connect(all, "A.example", 443), (place{"127.0.0.1", 8443}));
  EXPECT_EQ(place_to_connect(all, "a.example", 80), (place{"a.example", 80}));
  EXPECT_EQ(place_to_connect(all, "::1", 80), (place{"::2", 80}));
  EXPECT_EQ(place_to_connect(all, "any", 8080), (place{"any", 9090}));
  for (const std::string_view text : {"", "a:1:b", "a:1:b:2:c", "a:0:b:1", "a:x:b:1", "a:1:[b:2",
                                      "a:1::", "[a]x:1:b:2", "a:70000:b:1", "[]:1:b:2"}) {
    EXPECT_THROW(parse_connect_to(text), std::invalid_argument) << text;
  }
}

TEST(load_body, comes_from_its_text_or_a_file) {
  const auto go_on = [] { return true; };
  EXPECT_EQ(read_body("text", go_on), "text");
  EXPECT_EQ(read_body("", go_on), "");
  EXPECT_EQ(read_body("@@text", go_on), "@text");
  const auto file = testing::TempDir() + "latchkey-load-body";
  const std::string held("a\0b\r\n", 5);
  std::ofstream{file, std::ios::binary} << held;
  EXPECT_EQ(read_body("@" + file, go_on), held);
  EXPECT_THROW(read_body("@", go_on), std::runtime_error);
  try {
    read_body("@" + file + ".none", go_on);
    ADD_FAILURE();
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), testing::HasSubstr(".none: No such file"));
  }
  EXPECT_THROW(read_body("@" + testing::TempDir(), go_on), std::runtime_error);
}

TEST(load_options, know_what_may_be_sent_twice) {
  for (const std::string_view method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
    EXPECT_TRUE(is_repeatable(method)) << method;
  }
  for (const std::string_view method : {"POST", "PATCH", "get", "QUERY"}) {
    EXPECT_FALSE(is_repeatable(method)) << method;
  }
}

// One timer that ended late is the machine's doing.
TEST(run_report, calls_the_client_busy_by_the_cpu_it_used) {
  report::run_report run;
  run.asked.rate = 1;
  run.own_cpu = 0.01;
  for (int i = 0; i < 19; ++i) run.pacing.add(2us);
  run.pacing.add(2900us);
  EXPECT_FALSE(run.client_was_busy());
  run.own_cpu = 0.95;
  EXPECT_TRUE(run.client_was_busy());
}

TEST(load_options, reads_tokens_and_mixes) {
  token_options tokens;
  parse_tokens("distinct=4000", tokens);
  EXPECT_EQ(tokens.count, 4000U);
  parse_tokens("hot=16", tokens);
  EXPECT_TRUE(tokens.hot);
  parse_tokens("file=tokens.txt", tokens);
  EXPECT_EQ(tokens.file, "tokens.txt");
  for (const std::string_view text : {"", "hot", "hot=", "hot=0", "cold=1", "file=", "hot=9e9"}) {
    EXPECT_THROW(parse_tokens(text, tokens), std::invalid_argument) << text;
  }
  const auto mix = parse_mix("valid=95,expired=3,kid=2");
  ASSERT_EQ(mix.size(), 3U);
  EXPECT_EQ(mix[1].kind, "expired");
  EXPECT_EQ(mix[1].share, 3U);
  for (const std::string_view text : {"", "valid", "valid=0", "good=1", "valid=1,valid=2", ","}) {
    EXPECT_THROW(parse_mix(text), std::invalid_argument) << text;
  }
}

TEST(load_options, says_what_cannot_be_together) {
  load_options good;
  good.urls = {parse_weighted_url("http://127.0.0.1/")};
  EXPECT_EQ(problem_of(good), std::nullopt);
  const std::vector<std::pair<const char*, std::function<void(load_options&)>>> cases{
      {"no URL", [](load_options& asked) { asked.urls.clear(); }},
      {"a method of two words", [](load_options& asked) { asked.method = "GET /"; }},
      {"a header without a colon", [](load_options& asked) { asked.headers = {"a"}; }},
      {"a header that ends the head",
       [](load_options& asked) { asked.headers = {"a: b\r\n\r\n"}; }},
      {"no connection", [](load_options& asked) { asked.connections = 0; }},
      {"more threads than connections", [](load_options& asked) { asked.threads = 65; }},
      {"no rate", [](load_options& asked) { asked.rate = 0; }},
      {"resumption on kept connections", [](load_options& asked) { asked.resume = true; }},
      {"a mix of no tokens", [](load_options& asked) { asked.mix = parse_mix("expired=1"); }},
      {"a mix of valid tokens, and no tokens",
       [](load_options& asked) { asked.mix = parse_mix("valid=1"); }},
      {"two Authorization fields",
       [](load_options& asked) {
         asked.headers = {"authorization: Basic x"};
         parse_tokens("hot=1", asked.tokens);
       }},
      {"a length of one's own", [](load_options& asked) { asked.headers = {"Content-Length: 9"}; }},
      {"a framing of one's own",
       [](load_options& asked) { asked.headers = {"transfer-encoding: chunked"}; }},
      {"two files of one name",
       [](load_options& asked) { asked.files.html = asked.files.hgrm = "a"; }},
      {"a key without tokens", [](load_options& asked) { asked.tokens.key = "key.pem"; }},
      {"a key without its certificate", [](load_options& asked) { asked.key_file = "key.pem"; }},
      {"more weights than can be put in order",
       [](load_options& asked) { asked.urls.assign(1000, {"http://a/", 1000}); }},
  };
  for (const auto& [name, change] : cases) {
    auto asked = good;
    change(asked);
    EXPECT_NE(problem_of(asked), std::nullopt) << name;
  }
}

TEST(expectation, allows_what_its_text_says) {
  const expectation some{"2xx,401"};
  EXPECT_TRUE(some.allows(200));
  EXPECT_TRUE(some.allows(299));
  EXPECT_TRUE(some.allows(401));
  EXPECT_FALSE(some.allows(403));
  EXPECT_FALSE(some.allows(0));
  EXPECT_FALSE(some.allows(70'000));
  for (const std::string_view text : {"", "2x", "6xx", "0xx", "20a", "200,", "2000", "x00"}) {
    EXPECT_THROW(expectation{text}, std::invalid_argument) << text;
  }
}

TEST(workload, takes_turns_by_weight_and_evenly) {
  using testing::ElementsAre;
  EXPECT_THAT(interleave({1}), ElementsAre(0));
  EXPECT_THAT(interleave({3, 1}), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(interleave({2, 2}), ElementsAre(0, 1, 0, 1));
}

token_list list_of(std::vector<std::string> all) {
  return std::make_shared<const std::vector<std::string>>(std::move(all));
}

TEST(workload, writes_whole_requests) {
  load_options asked;
  asked.headers = {"X-A: b"};
  workload what;
  what.shapes = {make_shape(asked, "localhost:1", "/x?y=1")};
  what.kinds = {{"valid", 3, expectation{"2xx"}, true, list_of({"t1", "t2"})},
                {"missing", 1, expectation{"401"}, false, nullptr}};
  composer first{what, 0, 2};
  std::string text;
  EXPECT_EQ(first.next(text).kind, 0U);
  EXPECT_EQ(
      text,
      "GET /x?y=1 HTTP/1.1\r\nHost: localhost:1\r\nUser-Agent: latchkey-bench/" LATCHKEY_VERSION
      "\r\nX-A: b\r\nAuthorization: Bearer t1\r\n\r\n");
  first.next(text);
  EXPECT_THAT(text, testing::HasSubstr("Bearer t2"));
  EXPECT_EQ(first.next(text).kind, 1U);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("Authorization")));
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
  first.next(text);
  EXPECT_THAT(text, testing::HasSubstr("Bearer t1")) << "from the beginning again";
  composer second{what, 1, 2};
  second.next(text);
  EXPECT_THAT(text, testing::HasSubstr("Bearer t2")) << "another worker begins elsewhere";
  second.change(0, list_of({"new"}));
  second.next(text);
  EXPECT_THAT(text, testing::HasSubstr("Bearer new"));
}

TEST(workload, sends_a_body_with_its_length_and_keeps_given_fields) {
  load_options asked;
  asked.method = "POST";
  asked.body = "{}";
  asked.headers = {"host: other", "User-agent: me"};
  asked.keepalive = false;
  const auto made = make_shape(asked, "localhost", "/");
  EXPECT_EQ(made.before,
            "POST / HTTP/1.1\r\nhost: other\r\nUser-agent: me\r\nConnection: close\r\n"
            "Content-Length: 2\r\n");
  EXPECT_EQ(made.after, "\r\n{}");
}

TEST(workload, says_that_a_post_without_a_body_has_none) {
  load_options asked;
  asked.method = "POST";
  EXPECT_THAT(make_shape(asked, "localhost", "/").before,
              testing::EndsWith("\r\nContent-Length: 0\r\n"));
  asked.method = "GET";
  EXPECT_THAT(make_shape(asked, "localhost", "/").before,
              testing::Not(testing::HasSubstr("Content-Length")));
}

TEST(load_options, know_about_how_long_so_many_requests_take) {
  using namespace std::chrono_literals;
  load_options asked;
  EXPECT_EQ(expected_length(asked), 10s);
  asked.requests = 100;
  EXPECT_EQ(expected_length(asked), 2min);
  asked.rate = 50;
  EXPECT_EQ(expected_length(asked), 2s);
  asked.rate = 1e-300;
  EXPECT_EQ(expected_length(asked), 24h);
  asked.length = 3s;
  EXPECT_EQ(expected_length(asked), 3s);
}

TEST(load_tokens, come_from_a_file_and_are_checked) {
  const auto file = testing::TempDir() + "latchkey-load-tokens";
  const auto write = [&file](std::string_view text) { std::ofstream{file} << text; };
  write("one\r\n\ntwo\n");
  EXPECT_THAT(*read_tokens(file), testing::ElementsAre("one", "two"));
  write("\n\n");
  EXPECT_THROW(read_tokens(file), std::runtime_error);
  write("one\n" + std::string(64 * 1024 + 1, 'a'));
  EXPECT_THROW(read_tokens(file), std::runtime_error);
  write("a b\n");
  EXPECT_THROW(read_tokens(file), std::runtime_error);
  EXPECT_THROW(read_tokens(file + ".none"), std::runtime_error);
}

TEST(collector, adds_up_steps_of_all_workers) {
  workload what;
  what.kinds = {{"any", 1, expectation{"2xx"}, false, nullptr}};
  collector all{what, 2, 0.5};
  tally part;
  part.answered = 3;
  part.latency.add(2ms);
  EXPECT_FALSE(all.add(0, part));
  const auto moment = all.add(0, part);
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->answered, 6U);
  EXPECT_EQ(all.total().answered, 6U);
  all.add(1, part);
  report::run_report made;
  all.fill(made, 0.75);
  EXPECT_EQ(made.answered, 9U);
  ASSERT_EQ(made.timeline.size(), 2U);
  EXPECT_DOUBLE_EQ(made.timeline[1].at, 0.5);
  EXPECT_DOUBLE_EQ(made.timeline[1].length, 0.25);
  EXPECT_DOUBLE_EQ(step_of(5), 0.1);
  EXPECT_DOUBLE_EQ(step_of(60), 0.5);
  EXPECT_DOUBLE_EQ(step_of(1e9), 300);
}

TEST(limits, judge_a_run) {
  const auto made = test::sample_run();
  const auto said = [&made](std::string_view text) {
    return report::crossed(made, {report::parse_limit(text)});
  };
  EXPECT_THAT(said("errors > 0"), testing::ElementsAre("errors > 0: errors was 10"));
  EXPECT_THAT(said("errors>10"), testing::IsEmpty());
  EXPECT_THAT(said("errors>=10"), testing::SizeIs(1));
  EXPECT_THAT(said("p99>1us"), testing::SizeIs(1));
  EXPECT_THAT(said("error_rate>0.05%"), testing::SizeIs(1));
  EXPECT_THAT(said("error_rate>0.2%"), testing::IsEmpty());
  EXPECT_THAT(said("throughput<2000"), testing::SizeIs(1));
  EXPECT_THAT(said("throughput<=100"), testing::IsEmpty());
  EXPECT_THAT(report::crossed({}, {report::parse_limit("p99>5s")}),
              testing::ElementsAre("p99>5s: p99 was of no answers at all"));
  for (const std::string_view text : {"", "p99", "p98>1ms", "p99>5", "p99>ms", "p99>-1ms",
                                      "errors>1ms", "p99=5ms", "error_rate>1x"}) {
    EXPECT_THROW(report::parse_limit(text), std::invalid_argument) << text;
  }
}

TEST(summary, tells_what_was_measured) {
  const auto text = report::summary(test::sample_run());
  for (const auto* part :
       {"open loop, 1000/s", "9,950 answers in 10.00 s", "99.99%", "service", "first byte",
        "200: 9,447", "WRONG      valid: expected 200, got 1 x 401 4 x 503",
        "ERROR      timeout: 7", "TLSv1.3 TLS_AES_128_GCM_SHA256, 66 handshakes, 2 resumed",
        "31 sent late, 40 never sent", "pacing", "rotate: key"}) {
    EXPECT_THAT(text, testing::HasSubstr(part));
  }
  EXPECT_THAT(report::summary(test::plain_sample_run()), testing::HasSubstr("blind to queueing"));
  EXPECT_THAT(report::summary({}), testing::HasSubstr("0 answers"));
  auto renewed = test::plain_sample_run();
  EXPECT_THAT(report::summary(renewed), testing::Not(testing::HasSubstr("while idle")));
  renewed.ended_idle = 14;
  renewed.repeated = 2;
  renewed.error_kinds = {{"closed", 1}, {"ports_used_up", 3}};
  const auto told = report::summary(renewed);
  EXPECT_THAT(told, testing::HasSubstr("14 ended by the server while idle, 2 requests sent again"));
  EXPECT_THAT(told, testing::HasSubstr("closed: 1\n"));
  EXPECT_THAT(told,
              testing::HasSubstr("ports_used_up: 3 (a limit of this machine, not the server's)"));
  EXPECT_EQ(report::figure(renewed, "repeated"), 2);
}

TEST(json_report, holds_what_was_measured) {
  const auto made = boost::json::parse(report::to_json(test::sample_run()));
  EXPECT_EQ(made.at("schema").as_string(), "latchkey-load-report/1");
  EXPECT_EQ(made.at("answered").to_number<int>(), 9950);
  EXPECT_EQ(made.at("asked").at("loop").as_string(), "open");
  EXPECT_EQ(made.at("latency").at("count").to_number<int>(), 9950);
  EXPECT_GT(made.at("latency").at("p99").to_number<double>(), 0);
  EXPECT_EQ(made.at("statuses").at("401").to_number<int>(), 498);
  EXPECT_EQ(made.at("timeline").as_array().size(), 10U);
  EXPECT_EQ(made.at("provider").at("wrongly_refused").to_number<int>(), 1);
  EXPECT_TRUE(boost::json::parse(report::to_json({})).at("latency").at("p99").is_null());
}

}  // namespace
}  // namespace latchkey::bench::run
