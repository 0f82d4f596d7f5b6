#include <latchkey/async/readiness.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace latchkey::async {
namespace {

using direction = readiness::direction;
using namespace std::chrono_literals;

// A watched socket and the other end of it.
class watched {
 public:
  explicit watched(readiness& owner) : watched(owner, pair()) {}
  watched(const watched&) = delete;
  watched& operator=(const watched&) = delete;
  ~watched() { hang_up(); }

  readiness::entry& here() { return here_; }

  void peer_says(std::string_view text) const {
    EXPECT_EQ(::send(peer_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void peer_ends() const { ::shutdown(peer_, SHUT_WR); }
  void hang_up() {
    if (peer_ >= 0) ::close(std::exchange(peer_, -1));
  }
  std::size_t peer_reads() const {
    std::array<char, 4096> sink;
    return static_cast<std::size_t>(
        std::max<ssize_t>(::recv(peer_, sink.data(), sink.size(), 0), 0));
  }

  // One read, told as whoever reads has to. -1: nothing there.
  ssize_t read(std::size_t most = 64) {
    std::string into(most, '\0');
    const auto got = ::recv(here_.descriptor(), into.data(), most, 0);
    if (got < 0) here_.clear_ready(direction::read);
    if (got > 0 && static_cast<std::size_t>(got) < most) here_.on_short_read();
    return got;
  }
  // As much as fits.
  std::size_t fill() {
    const std::string piece(4096, 'x');
    std::size_t put = 0;
    for (;;) {
      const auto some = ::send(here_.descriptor(), piece.data(), piece.size(), MSG_NOSIGNAL);
      if (some < 0) break;
      put += static_cast<std::size_t>(some);
    }
    here_.clear_ready(direction::write);
    return put;
  }

 private:
  static std::array<int, 2> pair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return ends;
  }
  watched(readiness& owner, std::array<int, 2> ends) : here_{owner, ends[0]}, peer_{ends[1]} {}

  readiness::entry here_;
  int peer_;
};

// Not a capturing coroutine lambda: its captures would die before the frame.
task<> note_end(readiness::entry& of, direction what, int& ended) {
  co_await of.wait(what);
  ++ended;
}

class a_readiness : public testing::Test {
 protected:
  void await(readiness::entry& of, direction what, int& ended) {
    asio::co_spawn(io_.get_executor(), note_end(of, what, ended), asio::detached);
    io_.poll();
    io_.restart();
  }
  // All there is to do now.
  void turn() {
    for (int i = 0; i < 4; ++i) {
      io_.poll();
      io_.restart();
    }
  }

  asio::io_context io_{1};
  readiness ready_{io_.get_executor()};
};

TEST_F(a_readiness, lets_try_at_first) {
  watched one{ready_};
  EXPECT_TRUE(one.here().is_ready(direction::read));
  EXPECT_TRUE(one.here().is_ready(direction::write));
}

TEST_F(a_readiness, wakes_who_waits_for_what_comes) {
  watched one{ready_};
  int ended = 0;
  EXPECT_EQ(one.read(), -1);
  EXPECT_FALSE(one.here().is_ready(direction::read));
  await(one.here(), direction::read, ended);
  turn();
  EXPECT_EQ(ended, 0);
  one.peer_says("hello");
  turn();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(one.read(), 5);
  EXPECT_FALSE(one.here().is_ready(direction::read)) << "it got less than it asked for";
}

TEST_F(a_readiness, refuses_a_second_wait_and_keeps_the_first) {
  watched one{ready_};
  int ended = 0;
  one.read();
  await(one.here(), direction::read, ended);
  std::exception_ptr refused;
  int second = 0;
  asio::co_spawn(io_.get_executor(), note_end(one.here(), direction::read, second),
                 [&](std::exception_ptr why) { refused = why; });
  turn();
  ASSERT_TRUE(refused);
  EXPECT_THROW(std::rethrow_exception(refused), std::logic_error);
  EXPECT_EQ(second, 0);
  one.peer_says("hello");
  turn();
  EXPECT_EQ(ended, 1);
}

TEST_F(a_readiness, remembers_what_came_while_nobody_waited) {
  watched one{ready_};
  EXPECT_EQ(one.read(), -1);
  one.peer_says("hello");
  turn();
  EXPECT_TRUE(one.here().is_ready(direction::read));
}

TEST_F(a_readiness, wakes_again_for_what_comes_after_a_short_read) {
  watched one{ready_};
  for (int round = 1; round <= 3; ++round) {
    int ended = 0;
    one.read();
    if (one.here().is_ready(direction::read)) one.read();
    await(one.here(), direction::read, ended);
    EXPECT_EQ(ended, 0);
    one.peer_says("again");
    turn();
    EXPECT_EQ(ended, 1) << "round " << round;
  }
}

TEST_F(a_readiness, takes_a_full_read_for_no_sign_that_nothing_is_left) {
  watched one{ready_};
  one.peer_says("1234");
  EXPECT_EQ(one.read(4), 4);
  EXPECT_TRUE(one.here().is_ready(direction::read));
}

// The end comes together with the last bytes: there will be no further edge for it.
TEST_F(a_readiness, does_not_miss_an_end_that_came_with_the_last_bytes) {
  watched one{ready_};
  one.read();
  one.peer_says("bye");
  one.peer_ends();
  turn();
  EXPECT_EQ(one.read(), 3);
  EXPECT_TRUE(one.here().is_ready(direction::read));
  EXPECT_EQ(one.read(), 0);
}

TEST_F(a_readiness, wakes_for_an_end_that_comes_later) {
  for (const bool whole : {false, true}) {
    watched one{ready_};
    int ended = 0;
    one.peer_says("bye");
    EXPECT_EQ(one.read(), 3);
    await(one.here(), direction::read, ended);
    if (whole) {
      one.hang_up();
    } else {
      one.peer_ends();
    }
    turn();
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(one.read(), 0);
  }
}

TEST_F(a_readiness, wakes_who_waits_for_room) {
  watched one{ready_};
  int ended = 0;
  auto left = one.fill();
  await(one.here(), direction::write, ended);
  turn();
  EXPECT_EQ(ended, 0);
  while (left > 0) left -= one.peer_reads();
  turn();
  EXPECT_EQ(ended, 1);
}

TEST_F(a_readiness, has_one_who_reads_and_one_who_writes_at_a_time) {
  watched one{ready_};
  int read = 0;
  int written = 0;
  auto left = one.fill();
  one.read();
  await(one.here(), direction::read, read);
  await(one.here(), direction::write, written);
  one.peer_says("hello");
  turn();
  EXPECT_EQ(std::pair(read, written), std::pair(1, 0));
  while (left > 0) left -= one.peer_reads();
  turn();
  EXPECT_EQ(std::pair(read, written), std::pair(1, 1));
}

TEST_F(a_readiness, lets_go_on_who_is_cancelled_but_not_at_once) {
  watched one{ready_};
  int read = 0;
  int written = 0;
  one.read();
  one.fill();
  await(one.here(), direction::read, read);
  await(one.here(), direction::write, written);
  one.here().cancel();
  EXPECT_EQ(std::pair(read, written), std::pair(0, 0));
  turn();
  EXPECT_EQ(std::pair(read, written), std::pair(1, 1));
  one.here().cancel();
}

TEST_F(a_readiness, closes_for_good) {
  watched one{ready_};
  int ended = 0;
  one.read();
  await(one.here(), direction::read, ended);
  const int descriptor = one.here().descriptor();
  one.here().close();
  EXPECT_EQ(one.here().descriptor(), -1);
  EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
  EXPECT_EQ(ended, 0);
  turn();
  EXPECT_EQ(ended, 1);
  one.here().close();
}

TEST_F(a_readiness, wakes_more_than_it_looks_at_at_once) {
  std::vector<std::unique_ptr<watched>> many;
  int ended = 0;
  for (int i = 0; i < 300; ++i) {
    many.push_back(std::make_unique<watched>(ready_));
    many.back()->read();
    await(many.back()->here(), direction::read, ended);
  }
  for (const auto& one : many) one->peer_says("x");
  turn();
  EXPECT_EQ(ended, 300);
}

// Behind the mark of urgent data a read stops short, and what follows makes no edge of its own.
TEST(readiness, takes_a_short_read_for_no_end_where_urgent_data_came) {
  asio::io_context io{1};
  readiness ready{io.get_executor()};
  asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  asio::ip::tcp::socket peer{io};
  peer.connect(acceptor.local_endpoint());
  auto accepted = acceptor.accept();
  accepted.non_blocking(true);
  readiness::entry here{ready, accepted.release()};
  peer.set_option(asio::ip::tcp::no_delay{true});
  peer.send(asio::buffer("first", 5));
  peer.send(asio::buffer("!", 1), asio::socket_base::message_out_of_band);
  peer.send(asio::buffer("second", 6));
  for (int i = 0; i < 10; ++i) io.run_one_for(20ms);
  std::array<char, 64> into{};
  EXPECT_EQ(::recv(here.descriptor(), into.data(), into.size(), 0), 5);
  here.on_short_read();
  ASSERT_TRUE(here.is_ready(direction::read));
  EXPECT_EQ(::recv(here.descriptor(), into.data(), into.size(), 0), 6);
}

task<> cancel_the_other(readiness::entry& of, readiness::entry& other, int& ended) {
  co_await of.wait(direction::read);
  ++ended;
  other.cancel();
}

struct noted_sleeper final : readiness::sleeper {
  void wake() override { ++woken; }
  void abandon() override { ++abandoned; }

  int woken = 0;
  int abandoned = 0;
};

TEST_F(a_readiness, wakes_who_sleeps_once_for_what_comes) {
  watched one{ready_};
  one.read();
  noted_sleeper who;
  one.here().sleep(who);
  EXPECT_TRUE(one.here().is_waiting(direction::read));
  turn();
  EXPECT_EQ(who.woken, 0);
  one.peer_says("a");
  turn();
  EXPECT_EQ(who.woken, 1);
  EXPECT_FALSE(one.here().is_waiting(direction::read));
  one.peer_says("b");
  turn();
  EXPECT_EQ(who.woken, 1);
}

TEST_F(a_readiness, wakes_who_sleeps_where_a_wait_would_end) {
  noted_sleeper who;
  watched one{ready_};
  one.read();
  one.here().sleep(who);
  one.here().cancel();
  EXPECT_EQ(who.woken, 0) << "not at once";
  turn();
  EXPECT_EQ(who.woken, 1);
  one.here().sleep(who);
  one.hang_up();
  turn();
  EXPECT_EQ(who.woken, 2);
  watched other{ready_};
  other.read();
  other.here().sleep(who);
  other.here().close();
  turn();
  EXPECT_EQ(who.woken, 3);
}

// As a connection does that has nothing more to say.
struct owning_sleeper final : readiness::sleeper {
  owning_sleeper(readiness& owner, int& made_away) : one{owner}, gone{made_away} {}
  ~owning_sleeper() { ++gone; }
  void wake() override { const std::unique_ptr<owning_sleeper> last{this}; }
  void abandon() override { wake(); }

  watched one;
  int& gone;
};

TEST_F(a_readiness, lets_who_sleeps_destroy_its_entry_when_it_is_woken) {
  int gone = 0;
  auto asleep = std::make_unique<owning_sleeper>(ready_, gone);
  auto& who = *asleep.release();
  who.one.read();
  who.one.here().sleep(who);
  who.one.peer_says("a");
  turn();
  EXPECT_EQ(gone, 1);
}

TEST(readiness, has_those_who_sleep_destroy_themselves_with_it) {
  asio::io_context io{1};
  int gone = 0;
  {
    readiness ready{io.get_executor()};
    for (int i = 0; i < 3; ++i) {
      auto asleep = std::make_unique<owning_sleeper>(ready, gone);
      auto& who = *asleep.release();
      who.one.read();
      who.one.here().sleep(who);
    }
  }
  EXPECT_EQ(gone, 3);
}

TEST_F(a_readiness, lets_one_who_goes_on_cancel_another) {
  watched first{ready_};
  watched second{ready_};
  int ended = 0;
  first.read();
  second.read();
  asio::co_spawn(io_.get_executor(), cancel_the_other(first.here(), second.here(), ended),
                 asio::detached);
  await(second.here(), direction::read, ended);
  first.peer_says("x");
  turn();
  EXPECT_EQ(ended, 2);
}

task<> end_the_other(readiness::entry& of, std::unique_ptr<watched>& other, int& ended) {
  co_await of.wait(direction::read);
  ++ended;
  other.reset();
}

// Both are found ready by the same look; whichever goes on first ends the other.
TEST_F(a_readiness, bears_that_one_who_goes_on_ends_another_that_is_ready) {
  auto first = std::make_unique<watched>(ready_);
  auto second = std::make_unique<watched>(ready_);
  first->read();
  second->read();
  int ended = 0;
  asio::co_spawn(io_.get_executor(), end_the_other(first->here(), second, ended), asio::detached);
  asio::co_spawn(io_.get_executor(), end_the_other(second->here(), first, ended), asio::detached);
  turn();
  first->peer_says("x");
  second->peer_says("x");
  turn();
  EXPECT_EQ(ended, 1);
  EXPECT_NE(first == nullptr, second == nullptr);
}

TEST_F(a_readiness, keeps_the_context_busy_only_while_it_has_entries) {
  auto one = std::make_unique<watched>(ready_);
  io_.poll();
  EXPECT_FALSE(io_.stopped());
  one.reset();
  io_.run_for(5s);
  EXPECT_TRUE(io_.stopped());
  io_.restart();
  watched other{ready_};
  int ended = 0;
  other.read();
  await(other.here(), direction::read, ended);
  other.peer_says("x");
  turn();
  EXPECT_EQ(ended, 1);
}

task<> own_and_wait(std::unique_ptr<watched> one, std::shared_ptr<int> alive) {
  one->read();
  co_await one->here().wait(direction::read);
  ++*alive;
}

// A frame owns its socket, the socket holds the frame: somebody else has to end both.
TEST(readiness, destroys_what_waits_with_it) {
  asio::io_context io{1};
  const auto alive = std::make_shared<int>(0);
  {
    readiness ready{io.get_executor()};
    for (int i = 0; i < 3; ++i) {
      asio::co_spawn(io.get_executor(), own_and_wait(std::make_unique<watched>(ready), alive),
                     asio::detached);
    }
    io.poll();
    EXPECT_EQ(alive.use_count(), 4);
  }
  // Asio unwinds a frame on its executor.
  io.restart();
  io.run();
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

TEST(readiness, may_go_before_its_entries) {
  asio::io_context io{1};
  auto ready = std::make_unique<readiness>(io.get_executor());
  watched one{*ready};
  ready.reset();
  one.here().cancel();
  one.here().close();
}

TEST(readiness, says_so_where_a_descriptor_cannot_be_watched) {
  asio::io_context io{1};
  readiness ready{io.get_executor()};
  std::array<char, 32> name{"/tmp/latchkey_ready_XXXXXX"};
  const int file = ::mkstemp(name.data());
  ASSERT_GE(file, 0);
  ::unlink(name.data());
  // A regular file is always ready, so that epoll does not take it.
  EXPECT_THROW((readiness::entry{ready, file}), boost::system::system_error);
  EXPECT_EQ(::fcntl(file, F_GETFD), -1) << "it was given away, and has to be closed";
}

}  // namespace
}  // namespace latchkey::async
