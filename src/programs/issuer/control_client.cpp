#include "issuer/control_client.hpp"

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/client/read_response.hpp>
#include <latchkey/http1/request_writer.hpp>
#include <latchkey/http1/response_collector.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace asio = boost::asio;

struct answer {
  unsigned status = 0;
  std::string body;
};

// What many tokens come to.
constexpr std::uint64_t max_body_bytes = std::uint64_t{8} * 1024 * 1024;

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

std::string request_of(const async::tcp::endpoint& to, const std::string& path,
                       const std::string& body) {
  const auto host = to.address().to_string();
  const auto length = std::to_string(body.size());
  const std::array<http::field, 4> fields{{{"Host", host},
                                           {"Content-Type", "application/json"},
                                           {"Content-Length", length},
                                           {"Connection", "close"}}};
  std::string bytes;
  const auto error = http1::append_request(bytes, "POST", path, fields);
  if (error) throw boost::system::system_error{error};
  return bytes + body;
}

async::task<answer> exchange(async::executor where, async::tcp::endpoint to, std::string bytes) {
  auto made = net::transport::connect(to, async::socket_waits_of(where));
  if (made.has_error()) throw boost::system::system_error{made.error()};
  auto& over = **made;
  if (const auto error = co_await over.connected()) throw boost::system::system_error{error};
  if (const auto error = co_await over.write(bytes)) throw boost::system::system_error{error};
  http1::response_limits limits;
  limits.body = max_body_bytes;
  http1::response_collector collected{limits};
  const auto failed = co_await client::read_response(over, collected);
  if (failed) throw boost::system::system_error{failed};
  co_return answer{collected.head().status, std::move(collected.body())};
}

}  // namespace

std::string post_control(const std::string& issuer_url, const std::string& path,
                         const std::string& body) {
  const auto to = endpoint_of(issuer_url);
  asio::io_context io{1};
  std::optional<answer> got;
  std::exception_ptr failure;
  asio::co_spawn(io, exchange(io.get_executor(), to, request_of(to, path, body)),
                 [&](const std::exception_ptr& thrown, answer came) {
                   failure = thrown;
                   got = std::move(came);
                 });
  io.run_for(std::chrono::seconds{5});
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{"no issuer at " + issuer_url + ": " + error.code().message() +
                             "; start one by latchkey-issuer serve, or name the right one"};
  }
  if (!got) throw std::runtime_error{"the issuer at " + issuer_url + " does not answer"};
  constexpr unsigned ok = 200;
  if (got->status != ok) throw std::runtime_error{"the issuer refused: " + got->body};
  return std::move(got->body);
}

}  // namespace latchkey::issuer
