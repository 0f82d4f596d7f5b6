// What a handler may do with the connection while it answers, and what is told of it afterwards.
#include "support/client.hpp"
#include "support/test_server.hpp"

#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::server {
namespace {

using support::client;
using support::test_server;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What the server's thread tells the test's.
class notes {
 public:
  void add(std::string line) {
    const std::lock_guard lock{mutex_};
    lines_.push_back(std::move(line));
    more_.notify_all();
  }
  // Waits for so many.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    more_.wait_for(lock, std::chrono::seconds{8}, [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> lines_;
};

// Gives back the request's body as it comes.
struct echo {
  http::body* from;
  async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
    return from->read_some(out);
  }
};

// Says "early" and ends, whatever the client still sends.
struct once {
  std::shared_ptr<bool> said = std::make_shared<bool>(false);
  async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
    if (std::exchange(*said, true)) co_return std::size_t{0};
    const std::string_view text = "early";
    std::copy(text.begin(), text.end(), out.begin());
    co_return text.size();
  }
};

struct broken {
  async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
    static_cast<void>(out);
    co_return http::make_error_code(http::errc::bad_body);
  }
};

// Gives a piece first.
struct broken_later {
  once first = {};
  async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
    return *first.said ? broken{}(out) : first(out);
  }
};

async::task<> read_whole(http::body& from, notes& to) {
  std::array<char, 1024> piece;
  std::size_t size = 0;
  for (;;) {
    const auto got = co_await from.read_some(piece);
    if (got.has_error()) {
      to.add("upload ended: " + got.error().message());
      co_return;
    }
    if (*got == 0) break;
    size += *got;
  }
  to.add("upload of " + std::to_string(size));
}

// Waits until its peer says something, and says it back; until the peer ends.
async::task<> talk_back(http::byte_stream& with) {
  std::array<char, 100> piece;
  for (;;) {
    const auto got = co_await with.read_some(piece);
    if (got.has_error() || *got == 0) co_return;
    if (co_await with.write({piece.data(), *got})) co_return;
  }
}

class exchanges : public testing::Test {
 protected:
  exchanges() : running_{handler(), settings()} {}

  http::handler handler() {
    return [this](http::context& ctx) { return answer(ctx); };
  }

  async::task<http::response> answer(http::context& ctx) {
    const auto path = ctx.target.path;
    ctx.route = "/route";
    http::response made;
    if (path == "/echo") {
      made.body = http::source{echo{&ctx.body}, ctx.body.length()}.reading_the_request();
    } else if (path == "/beside") {
      ctx.scope.spawn(read_whole(ctx.body, told_), {});
      made.body = http::source{once{}};
    } else if (path == "/broken") {
      made.body = http::source{broken{}, 10};
    } else if (path == "/broken_later") {
      made.body = http::source{broken_later{}};
    } else if (path == "/small") {
      ctx.body.allow({.bytes = 4});
      const auto all = co_await ctx.body.read_all(1000);
      if (all.has_error()) co_return http::problem(all.error());
      made.body = *all;
    } else if (path == "/slow") {
      ctx.body.allow({.bytes = 1000, .whole = {}, .idle = std::chrono::milliseconds{100}});
      const auto all = co_await ctx.body.read_all(1000);
      if (all.has_error()) co_return http::problem(all.error());
      made.body = *all;
    } else if (path == "/ends") {
      ctx.body.end_by(core::deadline{core::steady_time::clock::now()});
      const auto all = co_await ctx.body.read_all(1000);
      if (all.has_error()) co_return http::problem(all.error());
      made.body = *all;
    } else if (path == "/hints") {
      http::response hints{static_cast<http::status>(103)};
      hints.add("link", "</a>; rel=preload");
      EXPECT_FALSE(co_await ctx.link->send_interim(hints));
      made.body = "done";
    } else if (path == "/wait") {
      co_await wait_for_end(ctx);
      made.body = "too late";
    } else if (path == "/upgrade") {
      made = http::response{http::status::switching_protocols};
      made.set("upgrade", "talk");
      made.body = http::upgrade{talk_back};
    } else {
      ctx.reason = "why";
      made.body = std::string{path};
    }
    co_return made;
  }

  // Until the client has gone.
  async::task<> wait_for_end(http::context& ctx) {
    async::timer gone{ctx.executor, core::steady_time::max()};
    ctx.link->on_peer_closed([&gone] { gone.cancel(); });
    told_.add(ctx.link->peer_closed() ? "gone" : "there");
    core::error_code ignored;
    co_await gone.async_wait(async::use_task_with(ignored));
    told_.add(ctx.link->peer_closed() ? "gone" : "there");
  }

  server_settings settings() {
    server_settings made;
    made.observe = [this](const http::exchange& one) {
      std::string line{one.protocol};
      for (const auto part : {one.method, one.path, one.route, one.reason}) {
        if (!part.empty()) line += " " + std::string{part};
      }
      line += " " + std::to_string(one.status) + " in " + std::to_string(one.bytes_in) + " out " +
              std::to_string(one.bytes_out);
      if (one.error) line += " " + one.error.message();
      observed_.add(line);
    };
    return made;
  }

  static std::string post(const std::string& path, const std::string& body,
                          const std::string& fields = {}) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           fields + "\r\n" + body;
  }

  notes told_;
  notes observed_;
  test_server running_;
};

TEST_F(exchanges, an_answer_may_come_while_its_request_is_still_sent) {
  client one{running_.endpoint()};
  const std::string part(100'000, 'p');
  one.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + part);
  std::size_t seen = 0;
  const auto pieces = [&](const std::string& text) {
    seen = static_cast<std::size_t>(std::count(text.begin(), text.end(), 'p'));
    return seen >= part.size();
  };
  EXPECT_THAT(one.read_until(pieces), StartsWith("HTTP/1.1 200"));
  one.send(part);
  one.read_until(pieces);
  one.send(part);
  one.read_until(pieces);
  EXPECT_EQ(seen, part.size());
  // The connection goes on.
  one.send(post("/next", ""));
  EXPECT_THAT(one.read_past("/next"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(observed_.wait_for(2),
              ElementsAre("HTTP/1.1 POST /echo /route 200 in 300000 out 300000",
                          "HTTP/1.1 POST /next /route why 200 in 0 out 5"));
}

TEST_F(exchanges, a_chunked_body_is_echoed_as_it_comes) {
  client one{running_.endpoint()};
  one.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_THAT(one.read_past("abc\r\n"), HasSubstr("transfer-encoding: chunked\r\n\r\n3\r\nabc"));
  one.send("2\r\nde\r\n");
  EXPECT_THAT(one.read_past("de\r\n"), HasSubstr("2\r\nde\r\n"));
  one.send("0\r\n\r\n" + post("/next", ""));
  EXPECT_THAT(one.read_past("/next"), StartsWith("0\r\n\r\nHTTP/1.1 200"));
}

TEST_F(exchanges, an_early_answer_ends_the_upload_beside_it) {
  client one{running_.endpoint()};
  // What is left is short: the connection goes on.
  one.send("POST /beside HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" +
           std::string(1000, 'u'));
  EXPECT_THAT(one.read_past("0\r\n\r\n"), HasSubstr("early"));
  EXPECT_THAT(told_.wait_for(1), ElementsAre("upload ended: body_stopped"));
  one.send(std::string(1000, 'u') + post("/next", ""));
  EXPECT_THAT(one.read_past("/next"), StartsWith("HTTP/1.1 200"));
}

TEST_F(exchanges, an_early_answer_ends_the_connection_where_much_is_left) {
  client one{running_.endpoint()};
  one.send("POST /beside HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" +
           std::string(1000, 'u'));
  const auto answer = one.read_to_end();
  EXPECT_THAT(answer, HasSubstr("early"));
  EXPECT_TRUE(one.ended_orderly());
  EXPECT_THAT(told_.wait_for(1), ElementsAre("upload ended: body_stopped"));
}

TEST_F(exchanges, an_upload_that_ends_first_leaves_the_connection_usable) {
  client one{running_.endpoint()};
  one.send(post("/beside", std::string(5000, 'u')) + post("/next", ""));
  const auto answers = one.read_past("/next");
  EXPECT_THAT(answers, HasSubstr("early"));
  EXPECT_THAT(answers, EndsWith("/next"));
}

TEST_F(exchanges, who_waits_to_be_asked_for_a_body_is_asked_before_the_answer_only) {
  client one{running_.endpoint()};
  const std::string waits = "Expect: 100-continue\r\n";
  one.send("POST /beside HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n" + waits + "\r\n");
  const auto asked = one.read_past("0\r\n\r\n");
  EXPECT_THAT(asked, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"));
  EXPECT_EQ(asked.find("100 Continue", 20), asked.npos);
  client other{running_.endpoint()};
  other.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n" + waits + "\r\n");
  // Its answer has begun when the body is first wanted.
  EXPECT_THAT(other.read_to_end(), Not(HasSubstr("100 Continue")));
}

TEST_F(exchanges, a_handler_sets_the_limits_of_its_body) {
  client one{running_.endpoint()};
  one.send(post("/small", "1234"));
  EXPECT_THAT(one.read_past("1234"), StartsWith("HTTP/1.1 200"));
  one.send(post("/small", "12345"));
  EXPECT_THAT(one.read_to_end(), StartsWith("HTTP/1.1 413"));
  client slow{running_.endpoint()};
  slow.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12");
  EXPECT_THAT(slow.read_to_end(), StartsWith("HTTP/1.1 408"));
  client late{running_.endpoint()};
  late.send("POST /ends HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12");
  EXPECT_THAT(late.read_to_end(), StartsWith("HTTP/1.1 408"));
}

TEST_F(exchanges, an_interim_response_goes_before_the_final_one) {
  client one{running_.endpoint()};
  one.send(post("/hints", ""));
  EXPECT_THAT(one.read_past("done"), StartsWith("HTTP/1.1 103 Early Hints\r\nlink: </a>; "
                                                "rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n"));
  client old{running_.endpoint()};
  old.send("GET /hints HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.read_to_end(), StartsWith("HTTP/1.1 200"));
}

TEST_F(exchanges, a_client_that_has_gone_is_noticed_while_its_answer_is_made) {
  {
    client one{running_.endpoint()};
    one.send(post("/wait", ""));
    EXPECT_THAT(told_.wait_for(1), ElementsAre("there"));
  }
  EXPECT_THAT(told_.wait_for(2), ElementsAre("there", "gone"));
}

TEST_F(exchanges, an_upgrade_hands_the_connection_over) {
  client one{running_.endpoint()};
  one.send("GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: talk\r\n\r\nhello");
  const auto first = one.read_past("hello");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(first, HasSubstr("upgrade: talk\r\n"));
  EXPECT_THAT(first, HasSubstr("connection: upgrade\r\n"));
  EXPECT_THAT(first, Not(HasSubstr("content-length")));
  one.send("again");
  EXPECT_EQ(one.read_past("again"), "again");
  one.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
  one.read_to_end();
  EXPECT_TRUE(one.ended_orderly());
  EXPECT_THAT(observed_.wait_for(1), ElementsAre("HTTP/1.1 GET /upgrade /route 101 in 0 out 10"));
}

TEST_F(exchanges, an_upgrade_with_a_body_that_nobody_read_is_none) {
  client one{running_.endpoint()};
  one.send(post("/upgrade", "0123", "Connection: upgrade\r\nUpgrade: talk\r\n"));
  EXPECT_EQ(one.read_to_end(), "");
}

TEST_F(exchanges, that_end_too_early_are_never_taken_for_whole_by_old_clients) {
  client old{running_.endpoint()};
  old.send("GET /broken_later HTTP/1.0\r\n\r\n");
  old.read_to_end();
  EXPECT_FALSE(old.ended_orderly());
  client present{running_.endpoint()};
  present.send("GET /broken_later HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(present.read_to_end(), EndsWith("\r\n\r\n5\r\nearly\r\n")) << "no last chunk";
}

TEST_F(exchanges, every_end_is_told_once_whatever_it_is) {
  client one{running_.endpoint()};
  one.send(post("/broken", ""));
  one.read_to_end();
  EXPECT_THAT(observed_.wait_for(1),
              ElementsAre("HTTP/1.1 POST /broken /route 200 in 0 out 0 bad_body"));
  client two{running_.endpoint()};
  two.send("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n");
  two.read_to_end();
  EXPECT_EQ(observed_.wait_for(2).back(), " bad_target 400 in 0 out 24");
  client three{running_.endpoint()};
  three.send("HEAD /x HTTP/1.0\r\nHost: a\r\n\r\n");
  three.read_to_end();
  EXPECT_EQ(observed_.wait_for(3).back(), "HTTP/1.0 HEAD /x /route why 200 in 0 out 0");
}

}  // namespace
}  // namespace latchkey::server
