#include <latchkey/net/errc.hpp>
#include <latchkey/net/https_client.hpp>
#include <latchkey/net/resolve.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::net {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using plain_stream = beast::basic_stream<async::tcp, async::executor>;
using tls_stream = beast::ssl_stream<plain_stream>;

struct place {
  bool tls = true;
  std::string host;
  std::string port;
  std::string authority;  // for the Host field
  std::string target;
};

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  core::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

core::result<place> parse_place(const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || parsed->has_userinfo() || parsed->host().empty()) return errc::bad_url;
  place to;
  if (parsed->scheme() == "https") {
    to.tls = true;
  } else if (parsed->scheme() == "http") {
    to.tls = false;
  } else {
    return errc::bad_url;
  }
  to.host = parsed->host_address();
  if (!to.tls && !is_loopback(to.host)) return errc::insecure_url;
  to.port =
      parsed->port().empty() ? std::string{to.tls ? "443" : "80"} : std::string{parsed->port()};
  to.authority = std::string{parsed->encoded_host_and_port()};
  to.target = std::string{parsed->encoded_target()};
  if (!to.target.starts_with('/')) to.target.insert(0, "/");
  return to;
}

core::error_code plain_reason(core::error_code error) {
  if (error == beast::error::timeout) return errc::timeout;
  if (error == beast::http::error::body_limit || error == beast::http::error::buffer_overflow ||
      error == beast::http::error::header_limit) {
    return errc::answer_too_large;
  }
  return error;
}

std::string field(const beast::http::response<beast::http::string_body>& answer,
                  beast::http::field name) {
  const auto value = answer[name];
  return {value.data(), value.size()};
}

template <class Stream>
async::task<core::result<http::fetched>> exchange(Stream& stream, const place& to,
                                                  const https_client_settings& settings) {
  namespace bh = beast::http;
  bh::request<bh::empty_body> ask{bh::verb::get, to.target, 11};
  ask.set(bh::field::host, to.authority);
  ask.set(bh::field::user_agent, settings.user_agent);
  ask.set(bh::field::accept, "application/json");
  ask.set(bh::field::accept_encoding, "identity");
  ask.set(bh::field::connection, "close");
  core::error_code error;
  co_await bh::async_write(stream, ask, async::use_task_with(error));
  if (error) co_return plain_reason(error);
  beast::flat_buffer buffer{64 * 1024};
  bh::response_parser<bh::string_body> parser;
  parser.body_limit(settings.max_bytes);
  parser.header_limit(16 * 1024);
  co_await bh::async_read(stream, buffer, parser, async::use_task_with(error));
  // A close without close_notify is common; the body's own framing tells whether it is whole.
  if (error && !(parser.is_done() && error == asio::ssl::error::stream_truncated)) {
    co_return plain_reason(error);
  }
  auto answer = parser.release();
  http::fetched got;
  got.status = answer.result_int();
  got.cache_control = field(answer, bh::field::cache_control);
  got.retry_after = field(answer, bh::field::retry_after);
  got.content_type = field(answer, bh::field::content_type);
  got.body = std::move(answer.body());
  co_return got;
}

}  // namespace

struct https_client::state {
  https_client_settings settings;
  // OpenSSL locks it where it must; nothing here changes it after the constructor.
  mutable asio::ssl::context tls{asio::ssl::context::tls_client};

  async::task<core::error_code> connect(plain_stream& stream, const place& to,
                                        core::deadline until) const {
    const core::deadline connected{core::steady_time::clock::now() + settings.connect_timeout};
    const auto first = until.sooner(connected);
    const auto found = co_await resolve(to.host, to.port, first);
    if (found.has_error()) co_return found.error();
    stream.expires_at(first.at());
    core::error_code error;
    co_await stream.async_connect(*found, async::use_task_with(error));
    stream.expires_at(until.at());
    co_return plain_reason(error);
  }

  async::task<core::result<http::fetched>> get_plain(const place& to, core::deadline until) const {
    const auto where = co_await asio::this_coro::executor;
    plain_stream stream{where};
    if (const auto error = co_await connect(stream, to, until)) co_return error;
    co_return co_await exchange(stream, to, settings);
  }

  async::task<core::result<http::fetched>> get_tls(const place& to, core::deadline until) const {
    const auto where = co_await asio::this_coro::executor;
    tls_stream stream{plain_stream{where}, tls};
    if (const auto error = co_await connect(stream.next_layer(), to, until)) co_return error;
    core::error_code not_an_address;
    asio::ip::make_address(to.host, not_an_address);
    // A name goes into SNI, an address must not (RFC 6066 section 3).
    if (not_an_address && SSL_set_tlsext_host_name(stream.native_handle(), to.host.c_str()) != 1) {
      co_return errc::tls_failed;
    }
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification{to.host});
    core::error_code error;
    co_await stream.async_handshake(asio::ssl::stream_base::client, async::use_task_with(error));
    if (error) co_return plain_reason(error);
    // The connection is dropped afterwards: waiting for the peer's close_notify brings nothing.
    co_return co_await exchange(stream, to, settings);
  }
};

https_client::https_client(https_client_settings settings) {
  auto made = std::make_shared<state>();
  made->settings = std::move(settings);
  SSL_CTX_set_min_proto_version(made->tls.native_handle(), TLS1_2_VERSION);
  core::error_code error;
  const auto& file = made->settings.ca_file;
  if (file.empty()) {
    made->tls.set_default_verify_paths(error);
  } else {
    made->tls.load_verify_file(file.string(), error);
  }
  if (error) {
    throw std::runtime_error{"cannot read the trusted authorities " +
                             (file.empty() ? std::string{"of the system"} : file.string()) + ": " +
                             error.message()};
  }
  state_ = std::move(made);
}

async::task<core::result<http::fetched>> https_client::get(std::string url,
                                                           core::deadline until) const {
  // The frame holds the client for as long as the exchange lasts.
  const auto held = state_;
  const auto to = parse_place(url);
  if (to.has_error()) co_return to.error();
  if (to->tls) co_return co_await held->get_tls(*to, until);
  co_return co_await held->get_plain(*to, until);
}

http::fetch https_client::as_fetch() const {
  return [client = *this](std::string url, core::deadline until) {
    return client.get(std::move(url), until);
  };
}

}  // namespace latchkey::net
