// An upstream that costs little, for measuring proxies: plain HTTP/1.1 on a loopback port, one
// thread. GET /source/N is answered with N bytes, everything else with a short text once its body
// has been read. It trusts its peer to frame well. Not a server to be used.
//   latchkey-bench-upstream [PORT]
#include <latchkey/async/task.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace async = latchkey::async;
namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view body = R"({"status":"ok","text":"what a small answer of an API holds"})";
constexpr std::size_t piece_bytes = std::size_t{256} * 1024;

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto from = std::min(text.find_first_not_of(' '), text.size());
  std::from_chars(text.data() + from, text.data() + text.size(), value);
  return value;
}

// The value of a field whose name is `name` in small letters; empty where there is none.
std::string_view field_of(std::string_view head, std::string_view name) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  };
  for (auto at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        std::equal(name.begin(), name.end(), line.begin(),
                   [&](char wanted, char had) { return same(had, wanted); })) {
      return line.substr(name.size() + 1);
    }
  }
  return {};
}

// Lives as long as its connection.
class session {
 public:
  explicit session(async::tcp_socket socket) : socket_{std::move(socket)} {}

  async::task<> run() {
    for (bool going = true; going;) going = co_await serve_one();
  }

 private:
  // False where the connection has ended.
  async::task<bool> serve_one() {
    auto end = bytes_.find("\r\n\r\n");
    while (end == bytes_.npos) {
      const bool more = co_await read_more();
      if (!more) co_return false;
      end = bytes_.find("\r\n\r\n");
    }
    const auto head = bytes_.substr(0, end + 4);
    bytes_.erase(0, end + 4);
    if (!field_of(head, "expect").empty()) {
      const bool said = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!said) co_return false;
    }
    const bool read = co_await skip_body(head);
    if (!read) co_return false;
    constexpr std::string_view source = "GET /source/";
    if (head.starts_with(source)) {
      const auto size = number_in(std::string_view{head}.substr(source.size()));
      co_return co_await send(size);
    }
    co_return co_await write(answer_);
  }

  async::task<bool> read_more() {
    error_code error;
    const auto had = bytes_.size();
    bytes_.resize(had + 16 * 1024);
    const auto got = co_await socket_.async_read_some(
        asio::buffer(bytes_.data() + had, bytes_.size() - had), async::use_task_with(error));
    bytes_.resize(had + got);
    co_return !error;
  }

  async::task<bool> skip_body(std::string_view head) {
    if (!field_of(head, "transfer-encoding").empty()) co_return co_await skip_chunks();
    co_return co_await skip(number_in(field_of(head, "content-length")));
  }

  async::task<bool> skip(std::uint64_t size) {
    const auto here = std::min<std::uint64_t>(size, bytes_.size());
    bytes_.erase(0, here);
    size -= here;
    if (size > 0) piece_.resize(piece_bytes);
    while (size > 0) {
      error_code error;
      const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(size, piece_.size()));
      const auto got = co_await socket_.async_read_some(asio::buffer(piece_.data(), most),
                                                        async::use_task_with(error));
      if (error) co_return false;
      size -= got;
    }
    co_return true;
  }

  // Each with its size and its end of line, and the trailers, of which there should be none.
  async::task<bool> skip_chunks() {
    for (std::uint64_t size = 1; size > 0;) {
      auto end = bytes_.find("\r\n");
      while (end == bytes_.npos) {
        const bool more = co_await read_more();
        if (!more) co_return false;
        end = bytes_.find("\r\n");
      }
      std::from_chars(bytes_.data(), bytes_.data() + end, size, 16);
      bytes_.erase(0, end + 2);
      const bool skipped = co_await skip(size + 2);
      if (!skipped) co_return false;
    }
    co_return true;
  }

  async::task<bool> send(std::uint64_t size) {
    const auto head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
        std::to_string(size) + "\r\n\r\n";
    bool going = co_await write(head);
    piece_.resize(piece_bytes);
    while (going && size > 0) {
      const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(size, piece_.size()));
      going = co_await write({piece_.data(), now});
      size -= now;
    }
    co_return going;
  }

  async::task<bool> write(std::string_view text) {
    error_code error;
    co_await asio::async_write(socket_, asio::buffer(text), async::use_task_with(error));
    co_return !error;
  }

  async::tcp_socket socket_;
  std::string bytes_;  // that have come and are not done with
  std::vector<char> piece_;
  const std::string answer_ =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
};

async::task<> serve(async::tcp_socket socket) {
  session one{std::move(socket)};
  co_await one.run();
}

async::task<> listen(async::tcp_acceptor acceptor) {
  for (;;) {
    error_code error;
    auto socket = co_await acceptor.async_accept(async::use_task_with(error));
    if (error) continue;
    socket.set_option(asio::ip::tcp::no_delay{true}, error);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    asio::io_context context{1};
    const auto port = static_cast<std::uint16_t>(argc > 1 ? number_in(argv[1]) : 0);
    async::tcp_acceptor acceptor{context.get_executor(), {asio::ip::address_v4::loopback(), port}};
    acceptor.listen(4096);
    asio::basic_signal_set<async::executor> end{context.get_executor(), SIGINT, SIGTERM};
    end.async_wait([&context](auto, int) { context.stop(); });
    std::cout << "listening " << acceptor.local_endpoint().port() << std::endl;
    asio::co_spawn(context.get_executor(), listen(std::move(acceptor)), asio::detached);
    context.run();
  } catch (const std::exception& fault) {
    std::cerr << "latchkey-bench-upstream: " << fault.what() << '\n';
    return 1;
  }
  return 0;
}
