// The floor of the stack that latchkey stands on: Boost.Beast over Asio's TLS stream in coroutines,
// one thread, one fixed answer, nothing verified, no limits and no timeouts. Not a server to be
// used: it is there to be measured beside the others.
//   latchkey-bench-hello PORT CERTIFICATE KEY BODY
#include <latchkey/async/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/lexical_cast.hpp>

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

namespace async = latchkey::async;
namespace asio = boost::asio;
namespace ssl = asio::ssl;
namespace http = boost::beast::http;

async::task<> serve(async::tcp_socket socket, std::shared_ptr<ssl::context> tls,
                    std::shared_ptr<const std::string> body) {
  boost::system::error_code error;
  ssl::stream<async::tcp_socket> stream{std::move(socket), *tls};
  co_await stream.async_handshake(ssl::stream_base::server, async::use_task_with(error));
  if (error) co_return;
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    co_await http::async_read(stream, buffer, request, async::use_task_with(error));
    if (error) co_return;
    http::response<http::string_body> response{http::status::ok, request.version()};
    response.set(http::field::content_type, "application/json");
    response.keep_alive(request.keep_alive());
    response.body() = *body;
    response.prepare_payload();
    co_await http::async_write(stream, response, async::use_task_with(error));
    if (error) co_return;
    if (!response.keep_alive()) break;
  }
  co_await stream.async_shutdown(async::use_task_with(error));
}

async::task<> listen(async::tcp_acceptor acceptor, std::shared_ptr<ssl::context> tls,
                     std::shared_ptr<const std::string> body) {
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await acceptor.async_accept(async::use_task_with(error));
    if (error) continue;
    socket.set_option(asio::ip::tcp::no_delay{true}, error);
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), tls, body), asio::detached);
  }
}

std::string text_of(const char* path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw std::runtime_error{std::string{"cannot read "} + path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int arguments = 5;
  if (argc != arguments) {
    std::cerr << "usage: latchkey-bench-hello PORT CERTIFICATE KEY BODY\n";
    return 2;
  }
  try {
    auto tls = std::make_shared<ssl::context>(ssl::context::tls_server);
    tls->use_certificate_chain_file(argv[2]);
    tls->use_private_key_file(argv[3], ssl::context::pem);
    const auto body = std::make_shared<const std::string>(text_of(argv[4]));
    asio::io_context context{1};
    const async::tcp::endpoint where{asio::ip::address_v4::loopback(),
                                     boost::lexical_cast<std::uint16_t>(argv[1])};
    async::tcp_acceptor acceptor{context.get_executor(), where};
    asio::basic_signal_set<async::executor> end{context.get_executor(), SIGINT, SIGTERM};
    end.async_wait([&context](auto, int) { context.stop(); });
    std::cout << "listening on https://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    asio::co_spawn(context.get_executor(), listen(std::move(acceptor), tls, body), asio::detached);
    context.run();
  } catch (const std::exception& fault) {
    std::cerr << "latchkey-bench-hello: " << fault.what() << '\n';
    return 1;
  }
  return 0;
}
