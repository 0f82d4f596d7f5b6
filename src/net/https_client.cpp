#include <latchkey/http/url.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/https_client.hpp>
#include <latchkey/net/resolve.hpp>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <stdexcept>
#include <utility>

namespace latchkey::net {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using plain_stream = beast::basic_stream<async::tcp, async::executor>;
using tls_stream = beast::ssl_stream<plain_stream>;

// More interim answers than that before the one that counts are a provider gone wrong.
constexpr int most_interim = 8;

struct place {
  bool tls = true;
  bool address = false;  // the host is an IP address
  std::string host;
  std::string port;
  std::string authority;  // for the Host field
  std::string target;
};

core::result<place> parse_place(std::string_view text) {
  const auto parsed = http::parse_url(text);
  if (!parsed) return errc::bad_url;
  if (!http::is_secure(*parsed)) return errc::insecure_url;
  place to;
  to.tls = parsed->secure;
  to.address = parsed->address;
  to.host = parsed->host;
  to.port = std::to_string(parsed->port);
  to.authority = parsed->authority;
  to.target = parsed->path.empty() ? "/" : parsed->path;
  if (!parsed->query.empty()) to.target.append("?").append(parsed->query);
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

using answer_parser = beast::http::response_parser<beast::http::string_body>;

std::string field(const answer_parser::value_type& answer, beast::http::field name) {
  // A field that comes twice is one list (RFC 9110 section 5.3).
  std::string all;
  const auto [first, last] = answer.equal_range(name);
  for (auto one = first; one != last; ++one) {
    if (one != first) all += ", ";
    all.append(one->value().data(), one->value().size());
  }
  return all;
}

http::fetched taken(answer_parser::value_type answer) {
  http::fetched got;
  got.status = answer.result_int();
  got.cache_control = field(answer, beast::http::field::cache_control);
  got.retry_after = field(answer, beast::http::field::retry_after);
  got.content_type = field(answer, beast::http::field::content_type);
  got.body = std::move(answer.body());
  return got;
}

bool is_interim(unsigned status) {
  // After 101 the connection speaks something else: there is no further answer.
  return status / 100 == 1 && status != 101;
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
  for (int interim = 0; interim <= most_interim; ++interim) {
    answer_parser parser;
    parser.body_limit(settings.max_bytes);
    parser.header_limit(16 * 1024);
    co_await bh::async_read(stream, buffer, parser, async::use_task_with(error));
    // A close without close_notify is common; the body's own framing tells whether it is whole.
    if (error && !(parser.is_done() && error == asio::ssl::error::stream_truncated)) {
      co_return plain_reason(error);
    }
    // Interim answers come before the one that counts (RFC 9110 section 15.2).
    if (!is_interim(parser.get().result_int())) co_return taken(parser.release());
  }
  co_return errc::answer_too_large;
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
    // A name goes into SNI, an address must not (RFC 6066 section 3).
    if (!to.address && SSL_set_tlsext_host_name(stream.native_handle(), to.host.c_str()) != 1) {
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
