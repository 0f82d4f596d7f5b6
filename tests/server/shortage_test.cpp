// A server that runs out of descriptors or of memory serves again once it has some.
#include "server/worker.hpp"
#include "support/client.hpp"
#include "support/sanitized.hpp"
#include "support/test_server.hpp"

#include <latchkey/server/http1_session.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace {

// While not 0, there is no memory for pieces of exactly this size.
std::atomic<std::size_t> missing_size = 0;

}  // namespace

// A sanitizer brings its own.
#ifndef LATCHKEY_SANITIZED
void* operator new(std::size_t size) {
  if (size == missing_size) throw std::bad_alloc{};
  if (void* made = std::malloc(size != 0 ? size : 1)) return made;
  throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size != 0 ? size : 1);
}
void operator delete(void* made) noexcept {
  std::free(made);
}
void operator delete(void* made, std::size_t) noexcept {
  std::free(made);
}
#endif

namespace latchkey::server {
namespace {

using support::client;
using support::test_server;

async::task<http::response> answer(http::context&) {
  co_return http::response::text(http::status::ok, "text/plain", "served");
}

const std::string ask = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST(server, survives_being_out_of_memory) {
#ifdef LATCHKEY_SANITIZED
  GTEST_SKIP() << "memory cannot be taken away from under a sanitizer";
#endif
  test_server running{answer};
  client lost{running.endpoint()};
  for (const auto size : {sizeof(open_connection), sizeof(http1_session)}) {
    missing_size = size;
    client refused{running.endpoint()};
    refused.send(ask);
    EXPECT_EQ(refused.read_to_end(), "");
    missing_size = 0;
  }
  EXPECT_LE(running.server().open_connections(), 1U) << "what never began is not counted";
  client after{running.endpoint()};
  after.send(ask);
  EXPECT_THAT(after.read_to_end(), testing::EndsWith("served"));
}

// No further descriptor for this process, for as long as it lives.
class no_descriptors {
 public:
  no_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    // They are given out from the lowest free number, which another thread may move meanwhile.
    for (int free_number = ::dup(STDIN_FILENO); free_number != -1;
         free_number = ::dup(STDIN_FILENO)) {
      ::close(free_number);
      auto now = before_;
      now.rlim_cur = static_cast<::rlim_t>(free_number);
      ::setrlimit(RLIMIT_NOFILE, &now);
    }
  }
  ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  no_descriptors(const no_descriptors&) = delete;
  no_descriptors& operator=(const no_descriptors&) = delete;

 private:
  ::rlimit before_{};
};

TEST(server, survives_being_out_of_descriptors) {
#ifdef __SANITIZE_ADDRESS__
  // In the same build: it asks whether memory can be read by writing it to a pipe.
  GTEST_SKIP() << "UndefinedBehaviorSanitizer needs descriptors of its own";
#endif
  test_server running{answer};
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket waits{io, boost::asio::ip::tcp::v4()};
  {
    const no_descriptors shortage;
    ASSERT_EQ(::dup(STDIN_FILENO), -1);
    waits.connect(running.endpoint());
    boost::asio::write(waits, boost::asio::buffer(ask));
    ::pollfd watched{waits.native_handle(), POLLIN, 0};
    EXPECT_EQ(::poll(&watched, 1, 300), 0) << "it cannot be accepted";
  }
  ::pollfd watched{waits.native_handle(), POLLIN, 0};
  EXPECT_EQ(::poll(&watched, 1, 5000), 1);
  std::string text(1000, ' ');
  text.resize(waits.read_some(boost::asio::buffer(text)));
  EXPECT_THAT(text, testing::EndsWith("served"));
}

}  // namespace
}  // namespace latchkey::server
