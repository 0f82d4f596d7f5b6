#include "support/run.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/resolve.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::net {
namespace {

using namespace std::chrono_literals;
using outcome = core::result<std::vector<async::tcp::endpoint>>;
using testing::ElementsAre;

core::deadline soon(std::chrono::milliseconds wait) {
  return core::deadline{core::steady_time::clock::now() + wait};
}

const auto an_address = boost::asio::ip::make_address("192.0.2.1");

// Names that begin with "stuck" are answered once the test says so, others at once.
class names {
 public:
  ~names() { answer(); }

  name_lookup lookup() const {
    return [held = state_](const std::string& host) -> core::result<found_addresses> {
      std::unique_lock lock{held->mutex};
      held->asked.push_back(host);
      held->news.notify_all();
      if (host.starts_with("stuck")) held->news.wait(lock, [&] { return held->open; });
      if (host.starts_with("throws")) throw std::runtime_error{"x"};
      if (host.starts_with("none")) return core::error_code{boost::asio::error::host_not_found};
      ++held->answered;
      held->news.notify_all();
      return found_addresses{{an_address}, 60s};
    };
  }
  void answer() const {
    const std::lock_guard lock{state_->mutex};
    state_->open = true;
    state_->news.notify_all();
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock{state_->mutex};
    return state_->asked;
  }
  void wait_for_answers(std::size_t count) const {
    std::unique_lock lock{state_->mutex};
    state_->news.wait(lock, [&] { return state_->answered >= count; });
  }

 private:
  struct held_state {
    std::mutex mutex;
    std::condition_variable news;
    std::vector<std::string> asked;
    std::size_t answered = 0;
    bool open = false;
  };
  std::shared_ptr<held_state> state_ = std::make_shared<held_state>();
};

outcome ask(const resolver& with, const std::string& host, std::chrono::milliseconds wait = 10s) {
  boost::asio::io_context io;
  auto got = support::run(io, with.resolve(host, 8443, soon(wait)));
  if (got.has_error()) return got.error();
  return std::move(got->all);
}

TEST(resolver, takes_addresses_and_localhost_without_a_lookup) {
  const names known;
  const resolver with{known.lookup(), 0};
  for (const std::string host : {"127.0.0.1", "::1", "2001:db8::1"}) {
    const auto got = ask(with, host);
    ASSERT_TRUE(got.has_value()) << host;
    EXPECT_THAT(*got, ElementsAre(async::tcp::endpoint{boost::asio::ip::make_address(host), 8443}));
  }
  for (const std::string host : {"localhost", "LocalHost", "localhost."}) {
    const auto got = ask(with, host);
    ASSERT_TRUE(got.has_value()) << host;
    for (const auto& one : *got) EXPECT_TRUE(one.address().is_loopback());
  }
  EXPECT_THAT(known.asked(), ElementsAre());
}

TEST(resolver, does_not_look_up_what_the_system_may_read_as_an_address) {
  const names known;
  const resolver with{known.lookup()};
  for (const auto& host : {std::string{"127.1"}, std::string{"2130706433"},
                           std::string{"0x7f000001"}, std::string{"0177.0.0.1"},
                           std::string{"127.0.0.1."}, std::string{"localhost\0.example", 18},
                           std::string{"idp%2eexample"}, std::string{"[::1]"}, std::string{}}) {
    EXPECT_EQ(ask(with, host).error(), boost::asio::error::host_not_found) << host;
  }
  EXPECT_THAT(known.asked(), ElementsAre());
}

TEST(resolver, hands_over_what_the_lookup_gave) {
  const names known;
  const resolver with{known.lookup()};
  const auto got = ask(with, "idp.example");
  ASSERT_TRUE(got.has_value());
  EXPECT_THAT(*got, ElementsAre(async::tcp::endpoint{an_address, 8443}));
  EXPECT_EQ(ask(with, "none.example").error(), boost::asio::error::host_not_found);
  EXPECT_EQ(ask(with, "throws.example").error(), boost::asio::error::no_recovery);
  EXPECT_EQ(ask(with, "late.example", -1s).error(), errc::timeout);
  EXPECT_THAT(known.asked(), ElementsAre("idp.example", "none.example", "throws.example"));
}

TEST(resolver, lets_a_lookup_that_hangs_hold_up_nobody_else) {
  const names known;
  const resolver with{known.lookup()};
  EXPECT_EQ(ask(with, "stuck.example", 20ms).error(), errc::timeout);
  EXPECT_TRUE(ask(with, "idp.example").has_value());
}

TEST(resolver, asks_for_a_name_once_while_it_is_not_answered) {
  const names known;
  const resolver with{known.lookup()};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(with.for_another_user(), "Stuck.example", 20ms).error(), errc::timeout);
  }
  EXPECT_THAT(known.asked(), ElementsAre("stuck.example"));
  boost::asio::io_context io;
  std::vector<core::result<found_endpoints>> got;
  const auto waiting = [&]() -> async::task<> {
    got.push_back(co_await with.resolve("stuck.example", 1, soon(10s)));
  };
  for (int i = 0; i < 3; ++i) {
    boost::asio::co_spawn(io, waiting(), boost::asio::detached);
  }
  io.poll();
  known.answer();
  io.run();
  ASSERT_EQ(got.size(), 3U);
  for (const auto& one : got) EXPECT_TRUE(one.has_value());
  EXPECT_TRUE(ask(with, "stuck.example").has_value()) << "anew, since the first has ended";
  EXPECT_EQ(known.asked().size(), 2U);
}

TEST(resolver, bounds_the_lookups_of_each_user) {
  const names known;
  const resolver first{known.lookup(), 2};
  const auto second = first.for_another_user();
  EXPECT_EQ(ask(first, "stuck1.example", 10ms).error(), errc::timeout);
  EXPECT_EQ(ask(first, "stuck2.example", 10ms).error(), errc::timeout);
  EXPECT_EQ(ask(first, "idp.example").error(), errc::too_many_lookups);
  EXPECT_EQ(ask(first, "stuck1.example", 10ms).error(), errc::timeout) << "joined, not refused";
  EXPECT_TRUE(ask(second, "idp.example").has_value()) << "another's allowance";
  known.answer();
  EXPECT_TRUE(ask(first, "stuck1.example").has_value());
  EXPECT_TRUE(ask(first, "stuck2.example").has_value());
  EXPECT_TRUE(ask(first, "idp.example").has_value()) << "given back";
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(resolver, keeps_nothing_of_those_who_gave_up) {
  const names known;
  const resolver with{known.lookup()};
  EXPECT_EQ(ask(with, "stuck.example", 1ms).error(), errc::timeout);
  const auto before = open_descriptors();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(with, "stuck.example", 1ms).error(), errc::timeout);
  EXPECT_LE(open_descriptors(), before);
}

TEST(resolver, is_not_waited_for_when_everything_else_ends) {
  const names known;
  {
    boost::asio::io_context io;
    const resolver with{known.lookup()};
    const auto waiting = [&]() -> async::task<> {
      (void)co_await with.resolve("stuck.example", 1, soon(1h));
    };
    boost::asio::co_spawn(io, waiting(), boost::asio::detached);
    io.poll();
  }
  known.answer();
  known.wait_for_answers(1);
}

TEST(resolver, tells_for_how_long_an_answer_holds) {
  const names known;
  boost::asio::io_context io;
  const resolver with{known.lookup()};
  EXPECT_EQ(support::run(io, with.resolve("a.example", 1, soon(10s)))->ttl, 60s);
  io.restart();
  EXPECT_EQ(support::run(io, with.resolve("127.0.0.1", 1, soon(10s)))->ttl, std::nullopt);
}

TEST(system_lookup, says_that_a_name_does_not_exist) {
  EXPECT_TRUE(system_lookup("").has_error());
}

}  // namespace
}  // namespace latchkey::net
