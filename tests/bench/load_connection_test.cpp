// The load client against a server of a few lines that answers as it is told.
#include "load/burst.hpp"
#include "load/errc.hpp"
#include "load/open_loop.hpp"
#include "load/when_all.hpp"
#include "support/pki.hpp"
#include "support/raw_server.hpp"
#include "support/raw_tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <exception>
#include <functional>

namespace latchkey::bench::load {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;
using steady = core::steady_time::clock;

constexpr std::string_view request_bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Gives the answers in turn, whoever asks, the last one again and again; ends the connection after
// one that says so, and after one that begins with '!' without a word; waits before one that begins
// with '~'.
class told_server {
 public:
  explicit told_server(std::deque<std::string> answers)
      : answers_{std::move(answers)},
        acceptor_{context_.get_executor(), {asio::ip::address_v4::loopback(), 0}},
        waits_{context_.get_executor()} {
    asio::co_spawn(context_.get_executor(), accept(), asio::detached);
  }

  // Runs the task to its end.
  void run(async::task<> work) {
    bool over = false;
    std::exception_ptr fault;
    const auto done = [&](const std::exception_ptr& thrown) {
      fault = thrown;
      over = true;
    };
    asio::co_spawn(context_.get_executor(), std::move(work), done);
    const auto until = steady::now() + seconds{20};
    while (!over && steady::now() < until) context_.run_one_for(milliseconds{100});
    ASSERT_TRUE(over);
    if (fault) std::rethrow_exception(fault);
  }

  async::executor where() { return context_.get_executor(); }
  async::socket_waits& waits() { return waits_; }
  target to() {
    target made;
    made.where = acceptor_.local_endpoint();
    return made;
  }
  std::size_t accepted() const { return accepted_; }

  static constexpr milliseconds stall{300};

 private:
  async::task<> accept() {
    for (;;) {
      core::error_code error;
      async::tcp_socket socket{where()};
      co_await acceptor_.async_accept(socket, async::use_task_with(error));
      if (error) co_return;
      ++accepted_;
      asio::co_spawn(where(), serve(std::move(socket)), asio::detached);
    }
  }

  async::task<> serve(async::tcp_socket socket) {
    std::string read;
    for (;;) {
      core::error_code error;
      const auto size = co_await asio::async_read_until(socket, asio::dynamic_buffer(read),
                                                        "\r\n\r\n", async::use_task_with(error));
      if (error) co_return;
      read.erase(0, size);
      auto answer = answers_.front();
      if (answers_.size() > 1) answers_.pop_front();
      if (answer.starts_with('~')) {
        answer.erase(0, 1);
        co_await sleep_for(where(), stall);
      }
      const bool ends = answer.starts_with('!');
      if (ends) answer.erase(0, 1);
      co_await asio::async_write(socket, asio::buffer(answer), async::use_task_with(error));
      if (ends || answer.empty() || answer.find("close") != answer.npos) co_return;
    }
  }

  std::deque<std::string> answers_;
  asio::io_context context_{1};
  async::tcp_acceptor acceptor_;
  async::socket_waits waits_;
  std::size_t accepted_ = 0;
};

std::string ok(std::string_view body = "hello") {
  return "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string{body};
}

// What each of some requests over one connection came to: the body, or the error.
async::task<> ask(told_server& server, std::size_t count, milliseconds timeout,
                  std::vector<std::string>& told) {
  connection over{server.waits(), server.to()};
  for (std::size_t i = 0; i < count; ++i) {
    const core::deadline until{steady::now() + timeout};
    const auto got = co_await over.exchange(request_bytes, until);
    told.push_back(got ? std::string{got->body} : got.error().message());
  }
}

std::vector<std::string> told_by(told_server& server, std::size_t count,
                                 milliseconds timeout = seconds{5}) {
  std::vector<std::string> told;
  server.run(ask(server, count, timeout, told));
  return told;
}

TEST(connection, is_kept_and_made_anew_after_its_end) {
  told_server server{{ok("one"), ok("two"),
                      "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nthree",
                      ok("four")}};
  EXPECT_THAT(told_by(server, 4), testing::ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(server.accepted(), 2U);
}

TEST(connection, takes_large_answers_in_pieces) {
  const std::string large(300'000, 'x');
  told_server server{{ok(large)}};
  EXPECT_THAT(told_by(server, 2), testing::ElementsAre(large, large));
}

TEST(connection, says_why_there_is_no_answer) {
  const std::string closed = core::error_code{errc::closed}.message();
  const std::string bad = core::error_code{errc::bad_answer}.message();
  told_server server{{"", "HTTP/2.0 200 OK\r\n\r\n", ok() + "more", ok("fine")}};
  EXPECT_THAT(told_by(server, 4), testing::ElementsAre(closed, bad, bad, "fine"));
}

TEST(connection, gives_up_at_the_deadline_and_goes_on_with_another) {
  told_server server{{"~" + ok("late"), ok("in time")}};
  EXPECT_THAT(told_by(server, 2, milliseconds{100}),
              testing::ElementsAre(core::error_code{errc::timeout}.message(), "in time"));
  EXPECT_EQ(server.accepted(), 2U);
}

struct renewals {
  std::vector<std::string> told;
  std::uint64_t ended_idle = 0;
  std::uint64_t repeated = 0;
};

// The same, with a pause between two requests in which the server may end the connection.
async::task<> ask_slowly(told_server& server, std::size_t count, bool repeatable, bool to_head,
                         renewals& made) {
  auto to = server.to();
  to.repeatable = repeatable;
  connection over{server.waits(), to};
  for (std::size_t i = 0; i < count; ++i) {
    const core::deadline until{steady::now() + seconds{5}};
    const auto got = co_await over.exchange(request_bytes, until, to_head);
    made.told.push_back(got ? std::string{got->body} : got.error().message());
    co_await sleep_for(server.where(), milliseconds{20});
  }
  made.ended_idle = over.ended_idle();
  made.repeated = over.repeated();
}

renewals asked_slowly(told_server& server, std::size_t count, bool repeatable,
                      bool to_head = false) {
  renewals made;
  server.run(ask_slowly(server, count, repeatable, to_head, made));
  return made;
}

TEST(connection, notices_before_use_that_the_peer_has_ended_it) {
  for (const bool repeatable : {true, false}) {
    told_server server{{"!" + ok("one"), ok("two"), ok("three")}};
    const auto made = asked_slowly(server, 3, repeatable);
    EXPECT_THAT(made.told, testing::ElementsAre("one", "two", "three"));
    EXPECT_EQ(made.ended_idle, 1U);
    EXPECT_EQ(made.repeated, 0U);
    EXPECT_EQ(server.accepted(), 2U);
  }
}

TEST(connection, takes_what_nobody_asked_for_as_its_end) {
  const auto farewell = "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n";
  told_server server{{ok("one"), ok("two") + farewell, ok("three")}};
  const auto made = asked_slowly(server, 3, true);
  EXPECT_EQ(made.told.front(), "one");
  EXPECT_EQ(made.told.back(), "three");
}

TEST(connection, repeats_once_what_met_the_end_of_a_kept_connection) {
  told_server server{{ok("one"), "", ok("two")}};
  const auto made = asked_slowly(server, 2, true);
  EXPECT_THAT(made.told, testing::ElementsAre("one", "two"));
  EXPECT_EQ(made.ended_idle, 1U);
  EXPECT_EQ(made.repeated, 1U);
  EXPECT_EQ(server.accepted(), 2U);

  told_server away{{ok("one"), "", "", ok("two")}};
  const auto twice = asked_slowly(away, 2, true);
  EXPECT_EQ(twice.told.back(), core::error_code{errc::closed}.message());
  EXPECT_EQ(away.accepted(), 2U);
}

TEST(connection, never_repeats_what_may_have_been_done) {
  const std::string closed = core::error_code{errc::closed}.message();
  told_server server{{ok("one"), "", ok("two")}};
  EXPECT_THAT(asked_slowly(server, 2, false).told, testing::ElementsAre("one", closed));
  // Nor what an answer has begun to come for.
  told_server half{{ok("one"), "!HTTP/1.1 200 O", ok("two")}};
  EXPECT_THAT(asked_slowly(half, 2, true).told, testing::ElementsAre("one", closed));
}

TEST(connection, is_kept_where_an_answer_has_no_body) {
  told_server head{{"HTTP/1.1 200 OK\r\n\r\n"}};
  EXPECT_THAT(asked_slowly(head, 3, true, true).told, testing::ElementsAre("", "", ""));
  EXPECT_EQ(head.accepted(), 1U);
  told_server none{{"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n"}};
  EXPECT_THAT(asked_slowly(none, 3, true).told, testing::ElementsAre("", "", ""));
  EXPECT_EQ(none.accepted(), 1U);
}

TEST(connection, ends_before_the_peer_says_it_does) {
  const std::string timed = "HTTP/1.1 200 OK\r\nkeep-alive: timeout=0\r\ncontent-length: 0\r\n\r\n";
  told_server server{{timed}};
  const auto made = asked_slowly(server, 2, true);
  EXPECT_EQ(server.accepted(), 2U);
  EXPECT_EQ(made.ended_idle, 0U) << "it was not the server that ended it";
}

async::task<> ask_at(told_server& server, target to, std::size_t count, renewals& made) {
  connection over{server.waits(), std::move(to)};
  for (std::size_t i = 0; i < count; ++i) {
    const core::deadline until{steady::now() + seconds{5}};
    const auto got = co_await over.exchange(request_bytes, until);
    made.told.push_back(got ? std::string{got->body} : got.error().message());
  }
}

// What a server over TLS that ends its connection behind `bytes` has answered.
std::string answered_over_tls(const std::string& bytes, support::tls_end end) {
  using support::raw_server;
  const auto shown = support::make_certificate();
  auto context = support::server_context(shown);
  const raw_server server{
      [&](raw_server::socket& peer) { support::answer_over_tls(peer, context, bytes, end); }};
  told_server home{{ok()}};
  target to;
  to.where = server.endpoint();
  to.tls = http1_over_tls({.trusted = net::authorities_in_text(shown.pem)});
  renewals made;
  home.run(ask_at(home, to, 1, made));
  return made.told.empty() ? "nothing" : made.told.front();
}

TEST(connection, tells_a_cut_connection_from_one_that_was_ended) {
  using support::tls_end;
  const std::string unframed = "HTTP/1.1 200 OK\r\n\r\nhello";
  EXPECT_EQ(answered_over_tls(unframed, tls_end::orderly), "hello");
  EXPECT_EQ(answered_over_tls(unframed, tls_end::cut_off),
            core::error_code{errc::closed}.message());
  EXPECT_EQ(answered_over_tls(ok(), tls_end::cut_off), "hello")
      << "its length says that it is whole";
}

TEST(connection, does_not_take_a_second_answer_that_comes_with_the_first) {
  // In records of their own, which are read together.
  using support::raw_server;
  const auto shown = support::make_certificate();
  auto context = support::server_context(shown);
  const raw_server server{[&](raw_server::socket& peer) {
    const auto tls = support::accept_tls(peer, context);
    if (!tls) return;
    std::array<char, 1000> asked;
    SSL_read(tls.get(), asked.data(), asked.size());
    const auto first = ok("one");
    const auto second = ok("two");
    auto* memory = BIO_new(BIO_s_mem());
    SSL_set0_wbio(tls.get(), memory);
    SSL_write(tls.get(), first.data(), static_cast<int>(first.size()));
    SSL_write(tls.get(), second.data(), static_cast<int>(second.size()));
    char* records = nullptr;
    const auto size = BIO_get_mem_data(memory, &records);
    raw_server::send(peer, {records, static_cast<std::size_t>(size)});
    raw_server::read_to_end(peer);
  }};
  told_server home{{ok()}};
  target to;
  to.where = server.endpoint();
  to.tls = http1_over_tls({.trusted = net::authorities_in_text(shown.pem)});
  renewals made;
  home.run(ask_at(home, to, 1, made));
  EXPECT_THAT(made.told, testing::ElementsAre(core::error_code{errc::bad_answer}.message()));
}

async::task<> ask_and_cancel(told_server& server, std::vector<std::string>& told) {
  connection over{server.waits(), server.to()};
  const auto cancel = [&over](const core::error_code&) { over.cancel(); };
  async::timer soon{server.where(), milliseconds{20}};
  soon.async_wait(cancel);
  for (int i = 0; i < 2; ++i) {
    const core::deadline until{steady::now() + seconds{5}};
    const auto got = co_await over.exchange(request_bytes, until);
    told.push_back(got ? std::string{got->body} : got.error().message());
  }
  over.cancel();
}

TEST(connection, is_given_up_when_told_to) {
  told_server server{{"~" + ok("late"), ok("next")}};
  std::vector<std::string> told;
  server.run(ask_and_cancel(server, told));
  EXPECT_THAT(told, testing::ElementsAre(core::error_code{errc::timeout}.message(), "next"));
}

TEST(connection, goes_to_the_next_address_where_one_cannot_be_connected_to) {
  told_server server{{ok("here") + "", ok("here")}};
  asio::io_context elsewhere{1};
  async::tcp_acceptor gone{elsewhere.get_executor(), {asio::ip::address_v4::loopback(), 0}};
  auto to = server.to();
  to.also.push_back(to.where);
  to.where = gone.local_endpoint();
  gone.close();
  renewals made;
  server.run(ask_at(server, to, 2, made));
  EXPECT_THAT(made.told, testing::ElementsAre("here", "here"));
  to.also = {to.where};
  renewals nowhere;
  server.run(ask_at(server, to, 1, nowhere));
  EXPECT_THAT(nowhere.told, testing::ElementsAre(core::error_code{errc::refused}.message()));
}

async::task<> loop(told_server& server, open_loop_options options, std::vector<sample>& samples) {
  std::function<request()> next = [&samples] { return request{request_bytes, samples.size()}; };
  std::function<void(const sample&)> done = [&samples](const sample& one) {
    samples.push_back(one);
  };
  co_await open_loop(server.waits(), server.to(), std::move(options), std::move(next),
                     std::move(done));
}

TEST(open_loop, counts_the_wait_of_those_behind_a_stalled_one) {
  told_server server{{ok(), "~" + ok(), ok()}};
  open_loop_options options;
  options.per_second = 100;
  options.length = milliseconds{200};
  options.connections = 1;
  std::vector<sample> samples;
  server.run(loop(server, options, samples));
  ASSERT_EQ(samples.size(), 20U);
  EXPECT_LT(samples[0].latency(), told_server::stall / 2);
  EXPECT_GE(samples[1].latency(), told_server::stall);
  // The next should have gone 10 ms after it, and could not.
  EXPECT_GE(samples[2].latency(), told_server::stall - milliseconds{20});
  EXPECT_GE(samples[2].sent - samples[2].intended, told_server::stall / 2);
  EXPECT_EQ(server.accepted(), 1U);
}

TEST(open_loop, counts_requests_without_an_answer) {
  // The first may be sent twice, or the second, whose connection has waited.
  told_server server{{"", "", ok()}};
  open_loop_options options;
  options.per_second = 100;
  options.length = milliseconds{100};
  options.connections = 2;
  std::vector<sample> samples;
  server.run(loop(server, options, samples));
  ASSERT_EQ(samples.size(), 10U);
  EXPECT_THAT(samples, testing::Contains(testing::Field(&sample::status, 0U)).Times(1));
  EXPECT_THAT(samples, testing::Contains(testing::Field(&sample::status, 200U)).Times(9));
}

async::task<> crowd(told_server& server, std::vector<sample>& samples, int& sent) {
  burst all{server.waits(), server.to(), 40};
  const core::deadline until{steady::now() + seconds{5}};
  co_await all.open(until);
  std::vector<std::string_view> requests{request_bytes};
  std::function<void()> told = [&sent] { ++sent; };
  samples = co_await all.send(std::move(requests), seconds{5}, std::move(told));
}

TEST(burst, has_a_connection_for_each) {
  told_server server{{ok()}};
  std::vector<sample> samples;
  int sent = 0;
  server.run(crowd(server, samples, sent));
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(server.accepted(), 40U);
  EXPECT_EQ(samples.size(), 40U);
  EXPECT_THAT(samples, testing::Each(testing::Field(&sample::status, 200U)));
}

async::task<> fail_after(async::executor where, milliseconds wait, int& ended) {
  co_await sleep_for(where, wait);
  ++ended;
  throw std::runtime_error{std::to_string(wait.count())};
}

TEST(when_all, waits_for_all_and_throws_the_first_fault) {
  told_server server{{ok()}};
  int ended = 0;
  std::vector<async::task<>> all;
  all.push_back(fail_after(server.where(), milliseconds{20}, ended));
  all.push_back(fail_after(server.where(), milliseconds{5}, ended));
  try {
    server.run(when_all(server.where(), std::move(all)));
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& fault) {
    EXPECT_STREQ(fault.what(), "5");
  }
  EXPECT_EQ(ended, 2);
  server.run(when_all(server.where(), {}));
}

}  // namespace
}  // namespace latchkey::bench::load
