#include "soak/upstream.hpp"

#include "common/number.hpp"
#include "harness/free_port.hpp"
#include "soak/schedule.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

namespace latchkey::bench::soak {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t piece_bytes = std::size_t{8} * 1024;
// To the key that edge::upgrade_request sends: the example of RFC 6455 section 1.3.
constexpr std::string_view switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

void reset(async::tcp_socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger{true, 0}, ignored);
  socket.close(ignored);
}

// In a list of sockets for as long as it lives.
class listed {
 public:
  listed(std::set<async::tcp_socket*>& all, async::tcp_socket& one) : all_{all}, one_{&one} {
    all_.insert(one_);
  }
  ~listed() { all_.erase(one_); }
  listed(const listed&) = delete;
  listed& operator=(const listed&) = delete;

 private:
  std::set<async::tcp_socket*>& all_;
  async::tcp_socket* one_;
};

std::size_t body_bytes_of(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  };
  const auto found = std::search(head.begin(), head.end(), name.begin(), name.end(), same);
  if (found == head.end()) return 0;
  auto value = head.substr(static_cast<std::size_t>(found - head.begin()) + name.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return parse_number<std::size_t>(value.substr(0, value.find("\r\n"))).value_or(0);
}

std::string answer_to(std::string_view path) {
  const auto body = fmt::format("id={}\n", path);
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
                     body.size(), body);
}

}  // namespace

bool cuts(std::string_view kind) {
  return kind == "refuse" || kind == "cut-off";
}

struct upstream::shared {
  std::optional<async::tcp_acceptor> acceptor;
  std::set<async::tcp_socket*> open;
  std::string_view fault;  // one of kinds_of(lane::upstream), or empty

  // The request's head, or nothing at the end of the connection.
  static async::task<std::string> read_head(async::tcp_socket& socket, std::string& bytes) {
    auto end = bytes.find("\r\n\r\n");
    while (end == bytes.npos) {
      const auto had = bytes.size();
      bytes.resize(had + piece_bytes);
      error_code error;
      const auto got = co_await socket.async_read_some(
          asio::buffer(bytes.data() + had, piece_bytes), async::use_task_with(error));
      bytes.resize(had + got);
      if (error) co_return std::string{};
      end = bytes.find("\r\n\r\n");
    }
    auto head = bytes.substr(0, end + 4);
    bytes.erase(0, end + 4);
    co_return head;
  }

  // What is left of a body of that length. False where the connection has ended.
  static async::task<bool> skip(async::tcp_socket& socket, std::string& bytes, std::size_t size) {
    std::array<char, piece_bytes> piece;
    const auto here = std::min(size, bytes.size());
    bytes.erase(0, here);
    for (size -= here; size > 0;) {
      error_code error;
      const auto most = std::min(size, piece.size());
      const auto got = co_await socket.async_read_some(asio::buffer(piece.data(), most),
                                                       async::use_task_with(error));
      if (error) co_return false;
      size -= got;
    }
    co_return true;
  }

  static async::task<bool> write(async::tcp_socket& socket, std::string text) {
    error_code error;
    co_await asio::async_write(socket, asio::buffer(text), async::use_task_with(error));
    co_return !error;
  }

  static async::task<> echo(async::tcp_socket& socket, std::string bytes) {
    bool going = co_await write(socket, std::string{switching} + bytes);
    std::array<char, piece_bytes> piece;
    while (going) {
      error_code error;
      const auto got =
          co_await socket.async_read_some(asio::buffer(piece), async::use_task_with(error));
      if (error) co_return;
      going = co_await write(socket, std::string{piece.data(), got});
    }
  }

  // False where the connection has ended.
  async::task<bool> answer(async::tcp_socket& socket, std::string_view path) {
    if (fault == "silence") co_return true;
    if (fault == "reset" || fault == "refuse") {
      reset(socket);
      co_return false;
    }
    if (fault == "garbage") {
      co_await write(socket, "this is no answer\r\n\r\n");
      co_return false;
    }
    if (fault == "cut-off") {
      co_await write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nid=");
      co_return false;
    }
    if (fault == "error") {
      co_return co_await write(socket,
                               "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    }
    co_return co_await write(socket, answer_to(path));
  }

  static async::task<> serve(std::shared_ptr<shared> self, async::tcp_socket socket) {
    const listed in_list{self->open, socket};
    std::string bytes;
    for (bool going = true; going;) {
      const auto head = co_await read_head(socket, bytes);
      const auto begin = head.find(' ');
      if (begin == head.npos) break;
      const auto path = head.substr(begin + 1, head.find(' ', begin + 1) - begin - 1);
      if (path == "/echo" && self->fault.empty()) {
        co_await echo(socket, std::move(bytes));
        break;
      }
      going = co_await skip(socket, bytes, body_bytes_of(head));
      if (going) going = co_await self->answer(socket, path);
    }
  }

  static async::task<> accept(std::shared_ptr<shared> self, async::executor where) {
    while (self->acceptor) {
      error_code error;
      async::tcp_socket socket{where};
      co_await self->acceptor->async_accept(socket, async::use_task_with(error));
      if (error == asio::error::operation_aborted) co_return;
      if (error) continue;
      socket.set_option(asio::ip::tcp::no_delay{true}, error);
      asio::co_spawn(where, serve(self, std::move(socket)), asio::detached);
    }
  }
};

upstream::upstream(async::executor where)
    : where_{where}, port_{harness::free_port()}, shared_{std::make_shared<shared>()} {
  listen();
}

upstream::~upstream() {
  fail("refuse");
}

void upstream::listen() {
  const async::tcp::endpoint place{asio::ip::address_v4::loopback(), port_};
  shared_->acceptor.emplace(where_, place);
  // Programs that are started later would go on listening in its place.
  ::fcntl(shared_->acceptor->native_handle(), F_SETFD, FD_CLOEXEC);
  asio::co_spawn(where_, shared::accept(shared_, where_), asio::detached);
}

void upstream::fail(std::string_view kind) {
  const auto kinds = kinds_of(lane::upstream);
  const auto known = std::find(kinds.begin(), kinds.end(), kind);
  if (known == kinds.end()) throw std::invalid_argument{"no such fault of an upstream"};
  shared_->fault = *known;
  if (kind != "refuse") return;
  error_code ignored;
  if (shared_->acceptor) shared_->acceptor->close(ignored);
  for (auto* one : shared_->open) reset(*one);
}

void upstream::heal() {
  const bool down = shared_->fault == "refuse";
  shared_->fault = {};
  if (down) listen();
}

}  // namespace latchkey::bench::soak
