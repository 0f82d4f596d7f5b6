#include "support/pki.hpp"
#include "support/run.hpp"
#include "support/temporary.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <string>
#include <unistd.h>

namespace latchkey::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

// A transport and the plain socket at its other end.
class connection {
 public:
  explicit connection(const tls_context* tls = nullptr)
      : waits_{io_.get_executor()}, peer_{io_}, transport_{accept(), tls, waits_} {}

  template <class T>
  T run(async::task<T> work) {
    return support::run_until_done(io_, std::move(work));
  }

  boost::asio::io_context& context() { return io_; }
  async::tcp_socket& peer() { return peer_; }
  transport& here() { return transport_; }
  int descriptor() const { return descriptor_; }

 private:
  core::descriptor accept() {
    async::tcp_acceptor acceptor{io_.get_executor(), {boost::asio::ip::address_v4::loopback(), 0}};
    acceptor.set_option(tcp::no_delay{true});
    peer_.connect(acceptor.local_endpoint());
    auto accepted = acceptor.accept();
    accepted.non_blocking(true);
    descriptor_ = accepted.native_handle();
    return core::descriptor{accepted.release()};
  }

  boost::asio::io_context io_;
  async::socket_waits waits_;
  async::tcp_socket peer_;
  int descriptor_ = -1;
  transport transport_;
};

core::deadline in(std::chrono::milliseconds wait) {
  return core::deadline{core::steady_time::clock::now() + wait};
}

// Reads byte by byte all that has arrived already.
async::task<std::size_t> read_bytes(transport& from, std::size_t count) {
  std::size_t read = 0;
  std::array<char, 1> one;
  while (read < count) {
    const auto got = co_await from.read_some(one);
    if (got.has_error() || *got == 0) break;
    read += *got;
  }
  co_return read;
}

async::task<std::size_t> write_bytes(transport& to, std::size_t count) {
  std::size_t written = 0;
  while (written < count) {
    if (co_await to.write("x")) break;
    ++written;
  }
  co_return written;
}

// What else wants to run on the thread: counts its turns until told to stop.
struct bystander {
  boost::asio::io_context& io;
  bool stop = false;
  int turns = 0;

  void go() {
    ++turns;
    if (!stop) boost::asio::post(io, [this] { go(); });
  }
};

TEST(transport, lets_others_run_while_its_peer_is_always_ready) {
  constexpr std::size_t count = 1000;
  connection one;
  boost::asio::write(one.peer(), boost::asio::buffer(std::string(count, 'x')));
  bystander other{one.context()};
  other.go();
  EXPECT_EQ(one.run(read_bytes(one.here(), count)), count);
  EXPECT_GT(other.turns, 10) << "between two reads, not after all of them";
  const auto turns = other.turns;
  EXPECT_EQ(one.run(write_bytes(one.here(), count)), count);
  EXPECT_GT(other.turns, turns + 10);
  other.stop = true;
  one.context().restart();
  one.context().poll();
}

async::task<core::error_code> write_all(transport& to, const std::string& bytes) {
  co_return co_await to.write(bytes);
}

TEST(transport, writes_nothing_behind_what_it_could_not_finish) {
  connection one;
  const std::string much(64'000'000, 'a');
  one.here().write_until(in(100ms));
  EXPECT_EQ(one.run(write_all(one.here(), much)), errc::timeout);
  one.here().write_until(in(5s));
  // The peer takes what was sent and there is room again.
  std::string sink(8'000'000, '\0');
  one.peer().non_blocking(true);
  boost::system::error_code error;
  while (!error) one.peer().read_some(boost::asio::buffer(sink), error);
  EXPECT_EQ(one.run(write_all(one.here(), "HTTP/1.1 200 OK\r\n\r\n")), errc::closed);
}

TEST(transport, reads_at_once_what_has_come_and_says_that_nothing_has) {
  connection one;
  std::array<char, 8> out;
  EXPECT_FALSE(one.here().read_at_once(out)) << "nothing has come";
  boost::asio::write(one.peer(), boost::asio::buffer("abc", 3));
  EXPECT_FALSE(one.run(one.here().readable()));
  const auto got = one.here().read_at_once(out);
  ASSERT_TRUE(got && got->has_value());
  EXPECT_EQ(std::string(out.data(), **got), "abc");
  EXPECT_FALSE(one.here().read_at_once(out));
  one.peer().close();
  EXPECT_FALSE(one.run(one.here().readable()));
  const auto end = one.here().read_at_once(out);
  ASSERT_TRUE(end && end->has_value());
  EXPECT_EQ(**end, 0U);
  EXPECT_TRUE(one.here().ended_orderly());
  one.here().close();
  const auto after = one.here().read_at_once(out);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->error(), errc::closed);
}

// Reads all that comes until so much of it has, while the other side writes.
async::task<std::string> take(async::tcp_socket& from, std::size_t size) {
  std::string all;
  std::array<char, 64 * 1024> piece;
  while (all.size() < size) {
    const auto got = co_await from.async_read_some(boost::asio::buffer(piece), async::use_task);
    all.append(piece.data(), got);
  }
  co_return all;
}

TEST(transport, goes_on_with_what_has_not_gone_at_once) {
  connection one;
  std::string much(16'000'000, 'a');
  for (std::size_t i = 0; i < much.size(); i += 1000) much[i] = static_cast<char>('b' + i % 23);
  const std::string_view all{much};
  const auto put = one.here().write_at_once(all);
  ASSERT_TRUE(put.has_value());
  EXPECT_GT(*put, 0U);
  ASSERT_LT(*put, all.size()) << "more than the system takes";
  core::error_code error = errc::timeout;
  boost::asio::co_spawn(
      one.context(),
      [&]() -> async::task<> { error = co_await one.here().write(all.substr(*put)); },
      boost::asio::detached);
  EXPECT_EQ(one.run(take(one.peer(), all.size())), much);
  one.context().restart();
  while (error) one.context().run_one();
  const auto last = one.here().write_at_once("end");
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(*last, 3U);
  EXPECT_EQ(one.run(take(one.peer(), 3)), "end");
}

TEST(transport, gives_way_to_others_between_reads_and_writes_at_once) {
  connection one;
  boost::asio::write(one.peer(), boost::asio::buffer(std::string(1000, 'x')));
  EXPECT_FALSE(one.run(one.here().readable()));
  std::array<char, 1> out;
  std::size_t count = 0;
  while (count < 1000 && one.here().read_at_once(out)) ++count;
  EXPECT_GT(count, 10U);
  EXPECT_LT(count, 100U) << "then it is the others' turn";
  const auto put = one.here().write_at_once("x");
  ASSERT_TRUE(put.has_value());
  EXPECT_EQ(*put, 0U);
}

TEST(transport, writes_nothing_at_once_behind_what_has_failed) {
  connection one;
  one.here().close();
  EXPECT_EQ(one.here().write_at_once("a").error(), errc::closed);
  EXPECT_EQ(one.here().write_at_once("b").error(), errc::closed);
}

async::task<core::error_code> shake_hands(transport& with) {
  co_return co_await with.handshake();
}

TEST(transport, leaves_a_descriptor_alone_once_it_is_closed) {
  const support::temporary_folder folder;
  const auto made = support::make_certificate();
  const tls_context tls{
      {folder.write("server.pem", made.pem), folder.write("server.key", made.key_pem)}};
  connection one{&tls};
  // Made first, so that it is not given the number by itself.
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
  one.here().close();
  // The number is given to another connection, which has something to read.
  ASSERT_EQ(::dup2(pair[0], one.descriptor()), one.descriptor());
  ASSERT_EQ(::write(pair[1], "hello", 5), 5);

  EXPECT_EQ(one.run(shake_hands(one.here())), errc::closed);
  EXPECT_EQ(one.run(write_all(one.here(), "x")), errc::closed);
  EXPECT_EQ(one.run(read_bytes(one.here(), 1)), 0U);
  one.here().end_writing();
  std::array<char, 16> left{};
  EXPECT_EQ(::recv(pair[0], left.data(), left.size(), MSG_DONTWAIT), 5) << "read by nobody else";
  EXPECT_EQ(::recv(pair[1], left.data(), left.size(), MSG_DONTWAIT), -1) << "nothing was written";
  for (const int number : {pair[0], pair[1], one.descriptor()}) ::close(number);
}

TEST(transport, ends_a_wait_by_its_deadline_or_its_close) {
  connection one;
  one.here().read_until(in(50ms));
  EXPECT_EQ(one.run(read_bytes(one.here(), 1)), 0U);
  one.here().read_until(in(5s));
  boost::asio::post(one.context(), [&] { one.here().close(); });
  EXPECT_EQ(one.run(read_bytes(one.here(), 1)), 0U);
  EXPECT_EQ(one.run(write_all(one.here(), "x")), errc::closed);
}

// Reads one piece, then says what became of a write that began before.
async::task<std::string> read_beside(transport& both, const core::error_code& written) {
  std::array<char, 16> piece;
  const auto first = co_await both.read_some(piece);
  if (first.has_error()) co_return "no piece";
  std::string text{piece.data(), *first};
  text += written ? " after" : " before";
  both.read_until(in(5s));
  const auto second = co_await both.read_some(piece);
  text += second.has_error() ? " late" : " " + std::string{piece.data(), *second};
  co_return text;
}

TEST(transport, reads_while_a_write_waits_each_with_its_own_deadline) {
  connection one;
  const std::string much(64'000'000, 'a');
  core::error_code written;
  one.here().write_until(in(300ms));
  one.here().read_until(in(5s));
  boost::asio::co_spawn(one.context().get_executor(), write_all(one.here(), much),
                        [&](std::exception_ptr, core::error_code how) {
                          written = how;
                          // What the write waited for in vain is no end of the read.
                          boost::asio::write(one.peer(), boost::asio::buffer("second", 6));
                        });
  boost::asio::write(one.peer(), boost::asio::buffer("first", 5));
  EXPECT_EQ(one.run(read_beside(one.here(), written)), "first before second");
  EXPECT_EQ(written, errc::timeout);
}

TEST(transport, tells_once_that_its_peer_has_ended_its_side) {
  connection one;
  int told = 0;
  one.here().on_peer_closed([&] { ++told; });
  boost::asio::write(one.peer(), boost::asio::buffer("x", 1));
  EXPECT_EQ(one.run(read_bytes(one.here(), 1)), 1U);
  EXPECT_FALSE(one.here().peer_closed());
  EXPECT_EQ(told, 0);
  one.peer().shutdown(tcp::socket::shutdown_send);
  while (told == 0) one.context().run_one();
  EXPECT_TRUE(one.here().peer_closed());
  // It may still read.
  EXPECT_EQ(one.run(write_bytes(one.here(), 3)), 3U);
  EXPECT_EQ(told, 1);
  // Who asks later is told as well.
  one.here().on_peer_closed([&] { ++told; });
  while (told == 1) one.context().run_one();
  EXPECT_EQ(told, 2);
}

// Whoever waits for something else is to learn of it, whichever side has ended the connection.
TEST(transport, tells_that_it_was_closed_here) {
  connection one;
  int told = 0;
  one.here().on_peer_closed([&] { ++told; });
  one.here().close();
  EXPECT_EQ(told, 0) << "not within the call";
  for (int i = 0; i < 100 && told == 0; ++i) {
    one.context().run_one_for(std::chrono::milliseconds{50});
  }
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace latchkey::net
