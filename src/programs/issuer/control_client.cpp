#include "issuer/control_client.hpp"

#include <latchkey/async/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using request = beast_http::request<beast_http::string_body>;
using answer = beast_http::response<beast_http::string_body>;

async::tcp::endpoint endpoint_of(const std::string& issuer_url) {
  const auto url = boost::urls::parse_uri({issuer_url.data(), issuer_url.size()});
  if (!url || url->scheme() != "http") {
    throw std::runtime_error{"not an http URL of an issuer on this machine: " + issuer_url};
  }
  std::string host{url->host_address()};
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || !address.is_loopback()) {
    throw std::runtime_error{"only an issuer on this machine can be asked: " + issuer_url};
  }
  constexpr unsigned short http_port = 80;
  return {address, url->has_port() ? url->port_number() : http_port};
}

async::task<answer> exchange(async::executor where, async::tcp::endpoint to, request asked) {
  async::tcp_socket socket{where};
  co_await socket.async_connect(to, async::use_task);
  co_await beast_http::async_write(socket, asked, async::use_task);
  boost::beast::flat_buffer buffer;
  answer got;
  co_await beast_http::async_read(socket, buffer, got, async::use_task);
  co_return got;
}

}  // namespace

std::string post_control(const std::string& issuer_url, const std::string& path,
                         const std::string& body) {
  constexpr unsigned http_1_1 = 11;
  const auto to = endpoint_of(issuer_url);
  request asked{beast_http::verb::post, path, http_1_1};
  asked.set(beast_http::field::host, to.address().to_string());
  asked.set(beast_http::field::content_type, "application/json");
  asked.set(beast_http::field::connection, "close");
  asked.body() = body;
  asked.prepare_payload();

  asio::io_context io{1};
  std::optional<answer> got;
  std::exception_ptr failure;
  asio::co_spawn(io, exchange(io.get_executor(), to, std::move(asked)),
                 [&](const std::exception_ptr& thrown, answer came) {
                   failure = thrown;
                   got = std::move(came);
                 });
  io.run_for(std::chrono::seconds{5});
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{"no issuer at " + issuer_url + ": " + error.code().message()};
  }
  if (!got) throw std::runtime_error{"the issuer at " + issuer_url + " does not answer"};
  if (got->result() != beast_http::status::ok) {
    throw std::runtime_error{"the issuer refused: " + got->body()};
  }
  return std::move(got->body());
}

}  // namespace latchkey::issuer
