#include "dial.hpp"
#include "exchange.hpp"
#include "further_fields.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/pem_file.hpp>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <utility>

namespace latchkey::client {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using tls_stream = beast::ssl_stream<plain_stream>;

core::result<place> parse_place(std::string_view text, bool allow_http) {
  const auto parsed = http::parse_url(text);
  if (!parsed) return errc::bad_url;
  if (!http::is_secure(*parsed) && !allow_http) return errc::insecure_url;
  place to;
  to.tls = parsed->secure;
  to.address = parsed->address;
  to.host = parsed->host;
  to.port = parsed->port;
  to.authority = parsed->authority;
  to.target = parsed->path.empty() ? "/" : parsed->path;
  if (!parsed->query.empty()) to.target.append("?").append(parsed->query);
  return to;
}

// Has OpenSSL itself compare the name, so that it is OpenSSL that says what was wrong.
bool expect_peer(SSL* ssl, const place& to) {
  if (to.address) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), to.host.c_str()) == 1;
  }
  SSL_set_hostflags(ssl,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  // A name goes into SNI, an address must not (RFC 6066 section 3).
  return SSL_set1_host(ssl, to.host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(ssl, to.host.c_str()) == 1;
}

core::error_code why_no_handshake(SSL* ssl, const core::error_code& error) {
  if (error == beast::error::timeout) return net::errc::timeout;
  const auto refused = SSL_get_verify_result(ssl);
  if (refused != X509_V_OK) return {static_cast<int>(refused), net::certificate_category()};
  return error;
}

std::runtime_error unreadable(const char* what, const std::filesystem::path& file,
                              const core::error_code& why) {
  return std::runtime_error{std::string{"cannot use the "} + what + ' ' + file.string() + ": " +
                            why.message()};
}

std::runtime_error unusable(const char* what, const std::filesystem::path& file, const char* wanted,
                            const core::error_code& why) {
  ERR_clear_error();
  return std::runtime_error{
      std::string{"cannot use the "} + what + ' ' + file.string() + ": " +
      net::why_refused(file, wanted, static_cast<unsigned long>(why.value()))};
}

bool is_of_another(const core::error_code& error) {
  const auto reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  return reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
}

void load_authorities(asio::ssl::context& tls, const std::filesystem::path& file) {
  core::error_code error;
  if (file.empty()) {
    tls.set_default_verify_paths(error);
    if (error) throw unreadable("trusted authorities", "of the system", error);
  } else {
    tls.load_verify_file(file.string(), error);
    if (error) {
      throw unusable("trusted authorities", file, "certificates in PEM", error);
    }
    // Whoever names the authority that issues his certificates means that one, whether or not the
    // one above it is in the file.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(tls.native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
  }
}

void load_own(asio::ssl::context& tls, const https_client_settings& settings) {
  const auto& certificate = settings.client_certificate;
  const auto& key = settings.client_key;
  if (certificate.empty() != key.empty()) {
    throw std::invalid_argument{"a client certificate and its key go together"};
  }
  if (certificate.empty()) return;
  // An encrypted key would otherwise ask on the terminal.
  SSL_CTX_set_default_passwd_cb(tls.native_handle(), [](char*, int, int, void*) { return 0; });
  core::error_code error;
  tls.use_certificate_chain_file(certificate.string(), error);
  if (error) throw unusable("client certificate", certificate, "a certificate in PEM", error);
  tls.use_private_key_file(key.string(), asio::ssl::context::pem, error);
  // A key of another type is taken, and found below to have no certificate.
  if (error && !is_of_another(error)) {
    throw unusable("client key", key, "a private key in PEM, not encrypted", error);
  }
  if (error || SSL_CTX_check_private_key(tls.native_handle()) != 1) {
    throw std::runtime_error{"the client key " + key.string() + " is not that of the certificate " +
                             certificate.string()};
  }
}

}  // namespace

struct https_client::state {
  https_client_settings settings;
  std::optional<proxy_place> proxy;
  // OpenSSL locks it where it must; nothing here changes it after the constructor.
  mutable asio::ssl::context tls{asio::ssl::context::tls_client};

  async::task<core::error_code> connect(plain_stream& stream, const place& to,
                                        core::deadline until) const {
    const core::deadline connected{core::steady_time::clock::now() + settings.connect_timeout};
    const destination there{to.host, to.port, settings.refuse_internal};
    const bool directly = !to.tls || is_direct(to.host, to.port, settings.proxy.no_proxy);
    const auto through = directly ? std::optional<proxy_place>{} : proxy;
    if (!directly && !proxy && !settings.proxy.url.empty()) co_return errc::bad_proxy;
    const auto error =
        co_await dial(stream, there, through, settings.names, until.sooner(connected));
    stream.expires_at(until.at());
    co_return error;
  }

  async::task<core::result<http::fetched>> get_plain(const place& to, const std::string& ask,
                                                     core::deadline until) const {
    const auto where = co_await asio::this_coro::executor;
    plain_stream stream{where};
    if (const auto error = co_await connect(stream, to, until)) co_return error;
    co_return co_await exchange(stream, ask, settings);
  }

  // `proves`: with the client certificate, if there is one.
  async::task<core::result<http::fetched>> get_tls(const place& to, const std::string& ask,
                                                   bool proves, core::deadline until) const {
    const auto where = co_await asio::this_coro::executor;
    tls_stream stream{plain_stream{where}, tls};
    if (const auto error = co_await connect(stream.next_layer(), to, until)) co_return error;
    auto* const ssl = stream.native_handle();
    if (!proves) SSL_certs_clear(ssl);
    if (!expect_peer(ssl, to)) co_return net::errc::tls_failed;
    stream.set_verify_mode(asio::ssl::verify_peer);
    core::error_code error;
    co_await stream.async_handshake(asio::ssl::stream_base::client, async::use_task_with(error));
    if (error) co_return why_no_handshake(ssl, error);
    // The connection is dropped afterwards: waiting for the peer's close_notify brings nothing.
    co_return co_await exchange(stream, ask, settings);
  }
};

https_client::https_client(https_client_settings settings) {
  check_fields(settings.headers);
  auto made = std::make_shared<state>();
  made->settings = std::move(settings);
  const auto& proxy = made->settings.proxy.url;
  if (!proxy.empty()) made->proxy = parse_proxy(proxy);
  SSL_CTX_set_min_proto_version(made->tls.native_handle(), TLS1_2_VERSION);
  load_authorities(made->tls, made->settings.ca_file);
  load_own(made->tls, made->settings);
  state_ = std::move(made);
}

async::task<core::result<http::fetched>> https_client::get(http::fetch_request wanted,
                                                           core::deadline until) const {
  // The frame holds the client for as long as the exchange lasts.
  const auto held = state_;
  const auto to = parse_place(wanted.url, held->settings.allow_http);
  if (to.has_error()) co_return to.error();
  const auto fields = fields_for(wanted.url, held->settings.headers);
  if (fields.has_error()) co_return fields.error();
  const auto ask = request_of(*to, wanted, held->settings.user_agent, *fields);
  if (ask.has_error()) co_return ask.error();
  const bool proves = is_among(wanted.url, held->settings.certificate_origins);
  if (to->tls) co_return co_await held->get_tls(*to, *ask, proves, until);
  co_return co_await held->get_plain(*to, *ask, until);
}

http::fetch https_client::as_fetch() const {
  return [client = *this](http::fetch_request wanted, core::deadline until) {
    return client.get(std::move(wanted), until);
  };
}

}  // namespace latchkey::client
