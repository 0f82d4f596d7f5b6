#include "support/manual_clock.hpp"

#include <latchkey/edge/address_health.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using event = address_group::event;

constexpr double middle = 0.5;  // no jitter

struct trial {
  explicit trial(health_settings settings = {}, std::vector<std::string> names = {"a", "b", "c"})
      : group{std::move(names), settings, clock.steady()} {}

  event fail(std::size_t index, unsigned times = 1) {
    auto last = event::none;
    for (unsigned i = 0; i < times; ++i) {
      group.begin(index, clock.steady());
      last = group.end(index, exchange_end::failed, clock.steady());
    }
    return last;
  }
  event answer(std::size_t index) {
    group.begin(index, clock.steady());
    return group.end(index, exchange_end::answered, clock.steady());
  }
  bool ejected(std::size_t index) const { return group.at(index).ejected(clock.steady()); }

  support::manual_clock clock;
  address_group group;
};

TEST(ejection, takes_failures_in_a_row) {
  trial t;
  EXPECT_EQ(t.fail(0, 4), event::none);
  EXPECT_EQ(t.answer(0), event::none);
  EXPECT_EQ(t.fail(0, 4), event::none);
  EXPECT_FALSE(t.ejected(0));
  EXPECT_EQ(t.fail(0), event::ejected);
  EXPECT_TRUE(t.ejected(0));
  EXPECT_FALSE(t.ejected(1));
  t.clock.advance(30s - 1ns);
  EXPECT_TRUE(t.ejected(0));
  t.clock.advance(1ns);
  EXPECT_FALSE(t.ejected(0));
}

TEST(ejection, is_longer_each_time_up_to_a_limit_and_forgotten_by_and_by) {
  trial t;
  for (int n = 1; n <= 15; ++n) {
    ASSERT_EQ(t.fail(0, n == 1 ? 5 : 1), event::ejected) << n;
    const auto spell = std::min<core::steady_duration>(30s * n, 300s);
    t.clock.advance(spell - 1ns);
    ASSERT_TRUE(t.ejected(0)) << n;
    t.clock.advance(1ns);
    ASSERT_FALSE(t.ejected(0)) << n;
  }
  // Two spells of 30 s in use take two off the count, which went no further than to 11.
  t.clock.advance(60s);
  ASSERT_EQ(t.fail(0), event::ejected);
  t.clock.advance(300s - 1ns);
  EXPECT_TRUE(t.ejected(0));
  t.clock.advance(1h);
  ASSERT_EQ(t.fail(0), event::ejected);
  t.clock.advance(30s);
  EXPECT_FALSE(t.ejected(0));
}

TEST(ejection, never_takes_the_last_one) {
  trial t;
  EXPECT_EQ(t.fail(0, 5), event::ejected);
  EXPECT_EQ(t.fail(1, 5), event::ejected);
  EXPECT_EQ(t.fail(2, 50), event::none);
  EXPECT_FALSE(t.ejected(2));
  // It is taken at its next failure once another is back.
  t.clock.advance(30s);
  EXPECT_FALSE(t.ejected(0));
  EXPECT_EQ(t.fail(2), event::ejected);

  trial alone{{}, {"a"}};
  EXPECT_EQ(alone.fail(0, 100), event::none);
}

TEST(ejection, lets_one_request_at_a_time_prove_that_it_works_again) {
  trial t;
  EXPECT_EQ(t.fail(0, 5), event::ejected);
  t.clock.advance(30s);
  const auto usable = [&t] { return t.group.at(0).usable(t.clock.steady()); };
  EXPECT_TRUE(usable());
  t.group.begin(0, t.clock.steady());
  EXPECT_FALSE(usable());
  EXPECT_EQ(t.group.end(0, exchange_end::failed, t.clock.steady()), event::ejected)
      << "one failure is enough";
  t.clock.advance(60s);
  t.group.begin(0, t.clock.steady());
  EXPECT_FALSE(usable());
  t.group.answered(0, t.clock.steady());
  EXPECT_TRUE(usable()) << "the rest of the answer may take long";
  EXPECT_EQ(t.group.end(0, exchange_end::answered, t.clock.steady()), event::none);
  EXPECT_EQ(t.fail(0, 4), event::none);
  EXPECT_TRUE(usable());
}

TEST(ejection, lets_another_request_prove_it_where_the_first_takes_its_time) {
  trial t;
  t.fail(0, 5);
  t.clock.advance(30s);
  t.group.begin(0, t.clock.steady());
  EXPECT_FALSE(t.group.at(0).usable(t.clock.steady()));
  t.clock.advance(5s);
  EXPECT_TRUE(t.group.at(0).usable(t.clock.steady())) << "its client may be slow to send a body";
  t.group.begin(0, t.clock.steady());
  EXPECT_FALSE(t.group.at(0).usable(t.clock.steady()));
  t.group.answered(0, t.clock.steady());
  EXPECT_TRUE(t.group.at(0).usable(t.clock.steady()));
}

TEST(ejection, is_neither_brought_on_nor_put_off_by_clients_that_leave) {
  trial t;
  const auto leave = [&t] {
    t.group.begin(0, t.clock.steady());
    return t.group.end(0, exchange_end::unknown, t.clock.steady());
  };
  for (int i = 0; i < 50; ++i) EXPECT_EQ(leave(), event::none);
  EXPECT_EQ(t.fail(0, 4), event::none);
  EXPECT_EQ(leave(), event::none);
  EXPECT_EQ(t.group.at(0).outstanding, 0U);
  EXPECT_EQ(t.fail(0), event::ejected);
}

TEST(ejection, is_not_begun_anew_by_requests_on_their_way) {
  trial t;
  for (int i = 0; i < 20; ++i) t.group.begin(0, t.clock.steady());
  EXPECT_EQ(t.group.at(0).outstanding, 20U);
  int ejections = 0;
  for (int i = 0; i < 20; ++i) {
    if (t.group.end(0, exchange_end::failed, t.clock.steady()) == event::ejected) ++ejections;
  }
  EXPECT_EQ(ejections, 1);
  EXPECT_EQ(t.group.at(0).outstanding, 0U);
  t.clock.advance(30s);
  EXPECT_FALSE(t.ejected(0));
  EXPECT_EQ(t.fail(0, 4), event::none);
}

TEST(ejection, can_be_switched_off) {
  health_settings settings;
  settings.failures = 0;
  trial t{settings};
  EXPECT_EQ(t.fail(0, 100), event::none);
}

TEST(exchange_end, is_of_the_address_or_of_the_request) {
  for (const unsigned status : {200U, 304U, 400U, 404U, 429U, 500U, 501U, 505U, 599U}) {
    EXPECT_FALSE(is_failure(end_of_status(status))) << status;
  }
  for (const unsigned status : {502U, 503U, 504U}) {
    EXPECT_TRUE(is_failure(end_of_status(status))) << status;
  }
}

TEST(active_checks, fall_and_rise) {
  trial t{{.active = true}};
  const auto checked = [&t](bool good) {
    return t.group.checked(0, good, middle, t.clock.steady());
  };
  EXPECT_EQ(checked(false), event::none);
  EXPECT_EQ(checked(false), event::none);
  EXPECT_EQ(checked(true), event::none);
  EXPECT_EQ(checked(false), event::none);
  EXPECT_EQ(checked(false), event::none);
  EXPECT_EQ(checked(false), event::fell);
  EXPECT_FALSE(t.group.at(0).healthy);
  EXPECT_EQ(checked(false), event::none);
  EXPECT_EQ(checked(true), event::none);
  EXPECT_EQ(checked(false), event::none);
  EXPECT_EQ(checked(true), event::none);
  EXPECT_EQ(checked(true), event::rose);
  EXPECT_TRUE(t.group.at(0).healthy);
}

TEST(active_checks, do_not_bring_back_what_requests_have_ejected) {
  trial t{{.active = true}};
  EXPECT_EQ(t.fail(0, 5), event::ejected);
  for (int i = 0; i < 5; ++i) t.group.checked(0, true, middle, t.clock.steady());
  EXPECT_TRUE(t.ejected(0));
}

TEST(active_checks, leave_the_last_healthy_one_to_requests) {
  trial t{{.active = true}, {"a", "b"}};
  for (int i = 0; i < 3; ++i) t.group.checked(1, false, middle, t.clock.steady());
  EXPECT_EQ(t.fail(0, 50), event::none);
}

TEST(active_checks, are_due_with_jitter) {
  const struct {
    double sample;
    core::steady_duration wait;
  } cases[] = {{0, 4s}, {0.25, 4500ms}, {0.5, 5s}, {0.75, 5500ms}};
  for (const auto& one : cases) {
    trial t{{.active = true, .jitter = 0.2}, {"a"}};
    EXPECT_EQ(t.group.due(t.clock.steady()), 0U);
    t.group.check_begins(0, t.clock.steady());
    EXPECT_EQ(t.group.due(t.clock.steady()), 1U);
    t.group.checked(0, true, one.sample, t.clock.steady());
    EXPECT_EQ(t.group.next_due() - t.clock.steady(), one.wait) << one.sample;
    t.clock.advance(one.wait - 1ns);
    EXPECT_EQ(t.group.due(t.clock.steady()), 1U) << one.sample;
    t.clock.advance(1ns);
    EXPECT_EQ(t.group.due(t.clock.steady()), 0U) << one.sample;
  }
}

TEST(active_checks, are_off_unless_asked_for) {
  trial t;
  EXPECT_EQ(t.group.next_due(), core::steady_time::max());
  EXPECT_EQ(t.group.due(t.clock.steady()), 3U);
}

TEST(address_group, keeps_what_it_knows_when_names_are_resolved_again) {
  trial t{{.active = true}};
  EXPECT_EQ(t.fail(1, 5), event::ejected);
  t.group.begin(1, t.clock.steady());
  t.group.replace({"d", "b", "b"}, t.clock.steady());
  ASSERT_EQ(t.group.size(), 2U);
  EXPECT_EQ(t.group.at(0).address, "d");
  EXPECT_FALSE(t.ejected(0));
  EXPECT_EQ(t.group.at(1).address, "b");
  EXPECT_TRUE(t.ejected(1));
  EXPECT_EQ(t.group.at(1).outstanding, 1U);
  EXPECT_EQ(t.group.due(t.clock.steady()), 0U);
  t.group.replace({}, t.clock.steady());
  EXPECT_EQ(t.group.due(t.clock.steady()), 0U);
  EXPECT_EQ(t.group.size(), 0U);
}

TEST(health_settings, are_checked) {
  const struct {
    const char* name;
    std::function<void(health_settings&)> change;
  } cases[] = {
      {"ejection", [](auto& s) { s.ejection = 0s; }},
      {"longest", [](auto& s) { s.longest_ejection = 29s; }},
      {"interval", [](auto& s) { s.interval = 0s; }},
      {"fall", [](auto& s) { s.fall = 0; }},
      {"rise", [](auto& s) { s.rise = 0; }},
      {"jitter", [](auto& s) { s.jitter = 1; }},
      {"negative jitter", [](auto& s) { s.jitter = -0.1; }},
  };
  EXPECT_NO_THROW(check(health_settings{}));
  for (const auto& one : cases) {
    health_settings settings;
    one.change(settings);
    EXPECT_THROW(check(settings), std::invalid_argument) << one.name;
  }
}

}  // namespace
}  // namespace latchkey::edge
