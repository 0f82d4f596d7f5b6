#include "soak/oracle.hpp"
#include "soak/terms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::bench::soak {
namespace {

using testing::ElementsAre;

// Milliseconds from the start of the run, on both clocks.
constexpr steady_time at(long ms) {
  return steady_time{seconds{100'000} + milliseconds{ms}};
}
core::wall_time wall(long ms) {
  return core::wall_time{seconds{1'700'000'000} + milliseconds{ms}};
}
moment when(long ms) {
  return {at(ms), wall(ms)};
}
change done(long from, long by) {
  return {at(from), at(by)};
}

// One key from the start, one configuration.
world calm() {
  world all;
  all.keys = {{"first", {at(-10'000), at(-10'000)}, {}}};
  all.sites = {{{true, 1000}, {at(-10'000), at(-10'000)}, {}}};
  return all;
}

token_facts token(token_kind kind, std::string kid = "first") {
  return {kind, std::move(kid)};
}

// Of a request that takes 5 ms.
answers right(const question& asked, long sent, const world& all) {
  return right_answers(asked, when(sent), when(sent + 5), all);
}

TEST(soak_oracle, knows_each_kind_when_nothing_happens) {
  struct row {
    token_kind kind;
    unsigned notes, claims, forwarded;
  };
  constexpr std::array rows{
      row{token_kind::valid, 200, 200, 200},    row{token_kind::expired, 401, 401, 401},
      row{token_kind::audience, 401, 401, 401}, row{token_kind::issuer, 401, 401, 401},
      row{token_kind::scope, 403, 200, 403},    row{token_kind::signature, 401, 401, 401},
      row{token_kind::garbage, 401, 401, 401},  row{token_kind::none, 401, 401, 401},
      row{token_kind::two, 400, 400, 400},
  };
  const auto all = calm();
  for (const auto& one : rows) {
    const auto label = label_of(token(one.kind), at(0), all, "first");
    EXPECT_THAT(right({token(one.kind), route::notes}, 0, all), ElementsAre(one.notes)) << label;
    EXPECT_THAT(right({token(one.kind), route::claims}, 0, all), ElementsAre(one.claims)) << label;
    EXPECT_THAT(right({token(one.kind), route::forwarded}, 0, all), ElementsAre(one.forwarded))
        << label;
  }
  EXPECT_THAT(right({token(token_kind::unknown_kid, "nobody's"), route::notes}, 0, all),
              ElementsAre(401));
  EXPECT_THAT(right({token(token_kind::valid), route::tunnel}, 0, all), ElementsAre(101));
}

TEST(soak_oracle, holds_a_token_to_its_times) {
  const auto all = calm();
  auto ends = token(token_kind::ending);
  ends.ends = wall(1'000);
  EXPECT_THAT(right({ends, route::notes}, 900, all), ElementsAre(200));
  EXPECT_THAT(right({ends, route::notes}, 998, all), ElementsAre(200, 401)) << "ends meanwhile";
  EXPECT_THAT(right({ends, route::forwarded}, 998, all), ElementsAre(0, 200, 401))
      << "what is forwarded is cut off";
  EXPECT_THAT(right({ends, route::notes}, 1'011, all), ElementsAre(401));
  auto begins = token(token_kind::not_yet);
  begins.begins = wall(1'000);
  EXPECT_THAT(right({begins, route::notes}, 900, all), ElementsAre(401));
  EXPECT_THAT(right({begins, route::notes}, 998, all), ElementsAre(200, 401));
  EXPECT_THAT(right({begins, route::notes}, 1'011, all), ElementsAre(200));
}

TEST(soak_oracle, gives_a_new_key_its_cooldown_and_no_more) {
  auto all = calm();
  all.keys.push_back({"second", done(1'000, 1'050), {}});
  const question asked{token(token_kind::valid, "second"), route::notes};
  EXPECT_THAT(right(asked, 900, all), ElementsAre(401)) << "nobody has published it yet";
  EXPECT_THAT(right(asked, 1'100, all), ElementsAre(200, 401));
  EXPECT_THAT(right(asked, 2'700, all), ElementsAre(200, 401));
  EXPECT_THAT(right(asked, 2'760, all), ElementsAre(200));
  // Nobody knows whether it exists while the provider fails; nothing is known without it either.
  all.outages = {{done(1'500, 1'520), done(4'000, 4'020)}};
  EXPECT_THAT(right(asked, 1'600, all), ElementsAre(200, 401, 503));
  EXPECT_THAT(right(asked, 3'000, all), ElementsAre(200, 503));
  EXPECT_THAT(right(asked, 7'800, all), ElementsAre(200, 503));
  EXPECT_THAT(right(asked, 7'900, all), ElementsAre(200));
}

TEST(soak_oracle, refuses_a_removed_key_when_it_must_have_been_missed) {
  auto all = calm();
  all.keys[0].removed = done(1'000, 1'050);
  const question asked{token(token_kind::valid), route::notes};
  EXPECT_THAT(right(asked, 900, all), ElementsAre(200));
  EXPECT_THAT(right(asked, 998, all), ElementsAre(200, 401));
  EXPECT_THAT(right(asked, 4'740, all), ElementsAre(200, 401));
  EXPECT_THAT(right(asked, 4'760, all), ElementsAre(401));
  EXPECT_EQ(label_of(asked.token, at(1'100), all, "second"), "key removed");
  EXPECT_EQ(label_of(asked.token, at(1'040), all, "second"), "key rotated away");
  // It cannot be missed while the provider fails.
  all.outages = {{done(2'000, 2'020), done(5'000, 5'020)}};
  EXPECT_THAT(right(asked, 4'760, all), ElementsAre(200, 401, 503));
  EXPECT_THAT(right(asked, 8'900, all), ElementsAre(401));
}

TEST(soak_oracle, lets_503_pass_only_where_keys_cannot_be_had) {
  auto all = calm();
  all.outages = {{done(1'000, 1'050), done(21'000, 21'050)}};
  const question asked{token(token_kind::valid), route::notes};
  EXPECT_THAT(right(asked, 1'100, all), ElementsAre(200)) << "the keys at hand";
  // Renewed up to 3.7 s before the outage, they are too old 6 s after.
  EXPECT_THAT(right(asked, 3'200, all), ElementsAre(200));
  EXPECT_THAT(right(asked, 3'400, all), ElementsAre(200, 503));
  EXPECT_THAT(right(asked, 7'700, all), ElementsAre(200, 503));
  EXPECT_THAT(right(asked, 7'760, all), ElementsAre(503)) << "by now too old for sure";
  EXPECT_THAT(right(asked, 20'998, all), ElementsAre(200, 503)) << "healed meanwhile";
  EXPECT_THAT(right(asked, 24'800, all), ElementsAre(200, 503));
  EXPECT_THAT(right(asked, 24'900, all), ElementsAre(200));
  EXPECT_THAT(right({token(token_kind::expired), route::notes}, 10'000, all), ElementsAre(503))
      << "never 200";
  EXPECT_THAT(right({token(token_kind::garbage), route::notes}, 10'000, all), ElementsAre(401));
  EXPECT_THAT(right({token(token_kind::unknown_kid, "x"), route::notes}, 1'100, all),
              ElementsAre(401, 503));
}

TEST(soak_oracle, takes_outages_without_a_recovery_between_them_for_one) {
  auto all = calm();
  all.outages = {{done(1'000, 1'050), done(3'000, 3'050)}, {done(4'000, 4'050), {}}};
  const question asked{token(token_kind::valid), route::notes};
  EXPECT_THAT(right(asked, 4'500, all), ElementsAre(200, 503));
  all.outages.front() = {done(-5'000, -4'950), done(-4'900, -4'850)};
  EXPECT_THAT(right(asked, 4'500, all), ElementsAre(200));
}

TEST(soak_oracle, gives_an_issuer_time_to_make_a_key) {
  auto all = calm();
  all.keys.push_back({"second", done(1'000, 2'000), {}});
  all.outages = {{{at(1'000), never}, done(2'000, 2'000), true}};
  const question unknown{token(token_kind::unknown_kid, "x"), route::notes};
  const question valid{token(token_kind::valid), route::notes};
  EXPECT_THAT(right(unknown, 1'900, all), ElementsAre(401)) << "it is answered late, and answered";
  EXPECT_THAT(right(valid, 4'000, all), ElementsAre(200));
  all.outages.front().healed = done(2'400, 2'400);
  EXPECT_THAT(right(unknown, 2'200, all), ElementsAre(401)) << "not late enough by now";
  EXPECT_THAT(right(unknown, 2'390, all), ElementsAre(401, 503));
  EXPECT_THAT(right(unknown, 6'100, all), ElementsAre(401, 503));
  EXPECT_THAT(right(unknown, 6'300, all), ElementsAre(401));
  // What was removed before may be missed later.
  all.keys[0].removed = done(-2'000, -1'950);
  all.outages.front().healed = done(1'800, 1'800);
  EXPECT_THAT(right(valid, 2'400, all), ElementsAre(200, 401));
  EXPECT_THAT(right(valid, 2'600, all), ElementsAre(401));
}

TEST(soak_oracle, lets_only_forwarded_requests_fail_with_the_upstream) {
  auto all = calm();
  all.faults = {{done(1'000, 1'001), done(2'000, 2'001), false}};
  const question asked{token(token_kind::valid), route::forwarded};
  EXPECT_THAT(right(asked, 900, all), ElementsAre(200));
  EXPECT_THAT(right(asked, 1'500, all), ElementsAre(200, 502, 503, 504));
  EXPECT_THAT(right(asked, 2'300, all), ElementsAre(200, 502, 503, 504));
  EXPECT_THAT(right(asked, 2'302, all), ElementsAre(200));
  EXPECT_THAT(right({token(token_kind::valid), route::notes}, 1'500, all), ElementsAre(200));
  EXPECT_THAT(right({token(token_kind::none), route::forwarded}, 1'500, all), ElementsAre(401));
  all.faults[0].cuts = true;
  EXPECT_THAT(right(asked, 1'500, all), ElementsAre(0, 200, 502, 503, 504));
}

TEST(soak_oracle, follows_the_configuration) {
  auto all = calm();
  all.sites[0].replaced = done(1'000, 1'050);
  all.sites.push_back({{false, 100}, done(1'000, 1'050), {}});
  const question extra{token(token_kind::valid), route::extra};
  EXPECT_THAT(right(extra, 900, all), ElementsAre(200));
  EXPECT_THAT(right(extra, 1'100, all), ElementsAre(200, 404));
  EXPECT_THAT(right(extra, 1'260, all), ElementsAre(404));
  EXPECT_THAT(right({token(token_kind::none), route::extra}, 900, all), ElementsAre(401));
  EXPECT_THAT(right({token(token_kind::none), route::extra}, 1'260, all), ElementsAre(404));
  EXPECT_THAT(right({token(token_kind::two), route::extra}, 1'260, all), ElementsAre(400));
  EXPECT_THAT(right({token(token_kind::none), route::post, 500}, 1'260, all), ElementsAre(401));
  const question large{token(token_kind::valid), route::post, 500};
  EXPECT_THAT(right(large, 900, all), ElementsAre(200));
  EXPECT_THAT(right(large, 1'100, all), ElementsAre(200, 413));
  EXPECT_THAT(right(large, 1'260, all), ElementsAre(413));
  EXPECT_THAT(right({token(token_kind::valid), route::post, 50}, 1'260, all), ElementsAre(200));
}

TEST(soak_oracle, judges_how_tunnels_end) {
  auto all = calm();
  all.faults = {{done(5'000, 5'001), done(6'000, 6'001), true}};
  const auto ends = wall(10'000);
  using verdict = tunnel_verdict;
  EXPECT_EQ(judge_tunnel({at(0), when(3'000), ends, false}, all), verdict::right);
  EXPECT_EQ(judge_tunnel({at(0), when(3'000), ends, true}, all), verdict::cut);
  EXPECT_EQ(judge_tunnel({at(0), when(5'500), ends, true}, all), verdict::right);
  EXPECT_EQ(judge_tunnel({at(0), when(10'005), ends, true}, all), verdict::right);
  EXPECT_EQ(judge_tunnel({at(0), when(11'100), ends, true}, all), verdict::late);
  EXPECT_EQ(judge_tunnel({at(0), when(11'100), ends, false}, all), verdict::late);
}

}  // namespace
}  // namespace latchkey::bench::soak
