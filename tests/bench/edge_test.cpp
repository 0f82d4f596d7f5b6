#include "edge/edge.hpp"

#include "edge/catalogue.hpp"
#include "edge/events.hpp"
#include "edge/framing.hpp"
#include "edge/identity.hpp"
#include "edge/pacing.hpp"
#include "edge/proxy_configs.hpp"
#include "edge/takeover.hpp"
#include "edge/upstreams.hpp"
#include "edge/websocket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <vector>

namespace latchkey::bench::edge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(edge_framing, counts_whole_requests) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunked =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  const auto read = read_requests(post + chunked + get);
  EXPECT_EQ(read.problem, "");
  EXPECT_EQ(read.requests, 3U);
  ASSERT_EQ(read.heads.size(), 3U);
  EXPECT_EQ(read.heads[2], get);
  EXPECT_EQ(read_requests("").requests, 0U);
}

TEST(edge_framing, refuses_what_can_be_read_in_two_ways) {
  const std::string line = "POST / HTTP/1.1\r\n";
  for (const auto& text : {
           line + "\r\n",
           line + "Host: a\r\nHost: b\r\n\r\n",
           line + "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           line + "Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
           line + "Host: a\r\nContent-Length: +1\r\n\r\nx",
           line + "Host: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           line + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n",
           line + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
           line + "Host : a\r\n\r\n",
           line + "Host: a\r\nX: b\r\n c\r\n\r\n",
           line + "Host: a\r\nX: b\rc\r\n\r\n",
           line + "Host: a\r\n: c\r\n\r\n",
           std::string{"POST / HTTP/1.0\r\nHost: a\r\n\r\n"},
           std::string{"POST  / HTTP/1.1\r\nHost: a\r\n\r\n"},
           std::string{"left over\r\n"},
       }) {
    const auto read = read_requests(text);
    EXPECT_NE(read.problem, "") << text;
    EXPECT_EQ(read.requests, 0U) << text;
  }
}

TEST(edge_framing, what_is_cut_off_is_clear_as_far_as_it_goes) {
  const std::string line = "POST / HTTP/1.1\r\n";
  for (const auto& text : {
           std::string{"POST / HT"},
           line + "Host: a\r\n",
           line + "Host: a\r\nContent-Length: 3\r\n\r\nxx",
           line + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
           line + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx",
       }) {
    const auto read = read_requests(text);
    EXPECT_EQ(read.problem, "") << text;
    EXPECT_TRUE(read.cut) << text;
    EXPECT_EQ(read.requests, 0U) << text;
  }
}

TEST(edge_framing, reads_a_file_of_attacks) {
  const auto all = read_attacks("one\tGET\\t\\x41\\r\\n\\\\\ntwo\t@REP(b,3)\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "one");
  EXPECT_EQ(all[0].bytes, "GET\tA\r\n\\");
  EXPECT_EQ(all[1].bytes, "bbb");
  EXPECT_THROW(read_attacks("no tab\n"), std::invalid_argument);
  EXPECT_EQ(with_field("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "X: y"),
            "\r\nGET / HTTP/1.1\r\nX: y\r\nHost: a\r\n\r\n");
  EXPECT_EQ(with_field("no line", "X: y"), "no line");
}

TEST(edge_identity, every_spelling_is_seen) {
  const std::string line = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(identity_problem(line + "X-User: ann\r\n\r\n", "ann"), "");
  EXPECT_EQ(identity_problem(line + "Host: a\r\n\r\n", ""), "");
  EXPECT_NE(identity_problem(line + "Host: a\r\n\r\n", "ann"), "");
  EXPECT_NE(identity_problem(line + "x_USER: ann\r\n\r\n", ""), "");
  EXPECT_NE(identity_problem(line + "x-user: ann\r\nX_User: ann\r\n\r\n", "ann"), "");
  EXPECT_NE(identity_problem(line + "x-user: bob\r\n\r\n", "ann"), "");
  EXPECT_NE(identity_problem(line + "x-user: ann\r\nForwarded: for=EVIL\r\n\r\n", "ann"), "");
  for (const auto& one : forged_fields()) EXPECT_TRUE(one.ends_with("\r\n")) << one;
}

TEST(edge_identity, reads_the_claims_of_a_token) {
  EXPECT_EQ(claims_of("e30.eyJzdWIiOiJhbm4ifQ.e30").at("sub").as_string(), "ann");
  EXPECT_THROW(claims_of("nothing"), std::runtime_error);
}

TEST(edge_pacing, pauses_are_about_as_long_as_connections_are_kept) {
  const auto moments = bursts(41, milliseconds{1'000}, 1);
  ASSERT_EQ(moments.size(), 41U);
  EXPECT_EQ(moments, bursts(41, milliseconds{1'000}, 1));
  EXPECT_NE(moments, bursts(41, milliseconds{1'000}, 2));
  for (std::size_t i = 1; i < moments.size(); ++i) {
    const auto pause = moments[i] - moments[i - 1];
    EXPECT_LE(pause, max_gap);
    if (i % 2 == 0) continue;
    EXPECT_GE(pause, milliseconds{920});
    EXPECT_LE(pause, milliseconds{1'040});
  }
}

TEST(edge_pacing, tells_answers_apart) {
  EXPECT_TRUE(carries("id=12\nxx", 12));
  EXPECT_TRUE(carries("id=12", 12));
  EXPECT_FALSE(carries("id=123\n", 12));
  EXPECT_FALSE(carries("", 12));
  outcome_counts counts;
  counts.right = 1'000;
  counts.others[502] = 3;
  outcome_counts more;
  more.others[502] = 1;
  more.no_status = 2;
  counts.add(more);
  EXPECT_EQ(text_of(counts), "1,000 right, 4 x 502, 2 without a readable answer");
}

timed_request asked_at(int sent, int answered, bool right) {
  timed_request made;
  made.sent = core::steady_time{milliseconds{sent}};
  made.answered = core::steady_time{milliseconds{answered}};
  made.right = right;
  return made;
}

TEST(edge_takeover, only_those_in_flight_may_fail) {
  const std::vector all{asked_at(0, 10, true),    asked_at(5, 15, false),
                        asked_at(90, 105, false), asked_at(102, 104, false),
                        asked_at(95, 400, true),  asked_at(120, 130, false)};
  const auto seen =
      figures_of(all, core::steady_time{milliseconds{100}}, core::steady_time{milliseconds{110}});
  EXPECT_EQ(seen.sent, 6U);
  EXPECT_EQ(seen.failed_before, 1U);
  EXPECT_EQ(seen.failed_in_flight, 2U);
  EXPECT_EQ(seen.failed_later, 1U);
  EXPECT_EQ(seen.longest, milliseconds{305});
  EXPECT_EQ(first_failed_later(all, core::steady_time{milliseconds{110}}),
            "GET 0 after 10.0 ms, taking 10.0 ms");
  EXPECT_EQ(first_failed_later(all, core::steady_time{milliseconds{200}}), "");
}

TEST(edge_events, are_read_from_pieces) {
  event_reader through;
  const core::steady_time now{milliseconds{5}};
  through.take("12\r\ndata: 1 3000", now);
  EXPECT_TRUE(through.seen().empty());
  through.take("000\n\n\r\ndata: 2 4000000\n\ndata: x\n\n", now);
  EXPECT_THAT(through.seen(),
              ElementsAre(std::pair{1U, milliseconds{2}}, std::pair{2U, milliseconds{1}}));
  event_reader direct;
  direct.take("data: 2 4000000\n\n", core::steady_time{milliseconds{4}});
  const auto added = added_by(through.seen(), direct.seen());
  EXPECT_EQ(added.events, 1U);
  EXPECT_EQ(added.tail, milliseconds{1});
  EXPECT_EQ(added_by({}, {}).events, 0U);
}

TEST(edge_websocket, frames_and_endings) {
  const auto frame = client_frame("abcde", 0x01020304);
  EXPECT_EQ(frame.substr(0, 10), std::string("\x82\xff\0\0\0\0\0\0\0\5", 10));
  EXPECT_EQ(frame.substr(10, 4), "\1\2\3\4");
  EXPECT_EQ(frame.substr(14), (std::string{'a' ^ 1, 'b' ^ 2, 'c' ^ 3, 'd' ^ 4, 'e' ^ 1}));
  EXPECT_EQ(server_head(5), std::string("\x82\x7f\0\0\0\0\0\0\0\5", 10));
  const core::wall_time end{seconds{100}};
  EXPECT_EQ(judge_ending({end, end - milliseconds{1}}, seconds{1}), ending_verdict::early);
  EXPECT_EQ(judge_ending({end, end + milliseconds{1'000}}, seconds{1}), ending_verdict::in_time);
  EXPECT_EQ(judge_ending({end, end + milliseconds{1'001}}, seconds{1}), ending_verdict::late);
}

proxy_setting a_setting() {
  proxy_setting made;
  made.port = 1001;
  made.admin_port = 1002;
  made.certificate = "/c.pem";
  made.issuer = "http://127.0.0.1:9";
  made.upstreams = {2001, 2002};
  return made;
}

TEST(edge_proxy_configs, all_lead_to_the_same_upstreams) {
  auto with = a_setting();
  for (const auto& text :
       {latchkey_config(with), nginx_config(with), haproxy_config(with), caddy_config(with)}) {
    EXPECT_THAT(text, HasSubstr("127.0.0.1:2001"));
    EXPECT_THAT(text, HasSubstr("127.0.0.1:2002"));
    EXPECT_THAT(text, HasSubstr("1001"));
    EXPECT_THAT(text, Not(HasSubstr("{port}")));
  }
  EXPECT_THAT(latchkey_config(with),
              HasSubstr(R"(addresses = ["http://127.0.0.1:2001", "http://127.0.0.1:2002"])"));
  EXPECT_THAT(latchkey_config(with), HasSubstr("scopes = "));
  EXPECT_THAT(haproxy_config(with), Not(HasSubstr("jwt_verify")));
  with.public_key = "/key.pem";
  EXPECT_THAT(haproxy_config(with), HasSubstr(R"(jwt_verify(txn.alg,"/key.pem"))"));
  with.guarded = false;
  with.route_lines = {R"(upgrades = ["websocket"])"};
  EXPECT_THAT(latchkey_config(with), HasSubstr("public = true\nupgrades = [\"websocket\"]\n"));
}

TEST(edge_catalogue, has_rows_of_neighbours_beside_its_own) {
  std::set<std::string> names;
  for (const auto& one : catalogue({})) EXPECT_TRUE(names.insert(one.name).second) << one.name;
  EXPECT_THAT(
      names, testing::IsSupersetOf({"stale-pool:latchkey", "stale-pool:nginx", "attacks:latchkey",
                                    "attacks:to-nginx", "attacks:to-node", "attacks:refused",
                                    "identity", "tagged:latchkey", "takeover:latchkey", "cost:hot",
                                    "cost:distinct", "cost:latency", "events:latchkey", "websocket",
                                    "slow-peers:latchkey", "bulk"}));
  EXPECT_TRUE(is_of_neighbour("stale-pool:caddy"));
  EXPECT_FALSE(is_of_neighbour("stale-pool:latchkey"));
  EXPECT_FALSE(is_of_neighbour("attacks:to-nginx"));
  EXPECT_FALSE(is_of_neighbour("nginx"));
  edge_options asked;
  asked.rows.only = {"cold"};
  EXPECT_THAT(problem_of_edge(asked), HasSubstr("\"cold\""));
}

TEST(edge_upstreams, have_their_program) {
  EXPECT_THAT(std::string{upstream_script()}, HasSubstr("const modes = {"));
}

}  // namespace
}  // namespace latchkey::bench::edge
