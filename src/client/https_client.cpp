#include "dial.hpp"
#include "exchange.hpp"
#include "further_fields.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/net/client_tls.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::client {

namespace {

core::result<place> parse_place(std::string_view text, bool allow_http) {
  const auto parsed = http::parse_url(text);
  if (!parsed) return errc::bad_url;
  if (!http::is_secure(*parsed) && !allow_http) return errc::insecure_url;
  place to;
  to.tls = parsed->secure;
  to.host = parsed->host;
  to.port = parsed->port;
  to.authority = parsed->authority;
  to.target = parsed->path.empty() ? "/" : parsed->path;
  if (!parsed->query.empty()) to.target.append("?").append(parsed->query);
  return to;
}

net::client_tls_settings tls_of(const https_client_settings& settings) {
  if (settings.client_certificate.empty() != settings.client_key.empty()) {
    throw std::invalid_argument{"a client certificate and its key go together"};
  }
  net::client_tls_settings made;
  const auto loading = settings.trusted ? settings.trusted : std::make_shared<authority_cache>();
  made.trusted = loading->of(settings.ca_file);
  made.certificate = settings.client_certificate;
  made.private_key = settings.client_key;
  return made;
}

// With the same authorities, but nothing to show.
net::client_tls_settings without_certificate(net::client_tls_settings made) {
  made.certificate.clear();
  made.private_key.clear();
  return made;
}

struct tls_sides {
  explicit tls_sides(const net::client_tls_settings& with)
      : trusted{with.trusted}, proving{with}, nameless{without_certificate(with)} {}

  net::authorities trusted;  // others find them as long as somebody has them
  net::client_tls proving;   // with the client certificate, if there is one
  net::client_tls nameless;  // without
};

// Nothing where no address will be asked that needs it.
std::optional<tls_sides> sides_of(const https_client_settings& settings) {
  const bool named = !settings.ca_file.empty() || !settings.client_certificate.empty() ||
                     !settings.client_key.empty();
  if (settings.http_only && !named) return std::nullopt;
  return tls_sides{tls_of(settings)};
}

// What the sockets of the caller's executor wait by, or why there can be no further one.
core::result<async::socket_waits*> waits_of(const async::executor& where) {
  try {
    return &async::socket_waits_of(where);
  } catch (const boost::system::system_error& error) {
    return error.code();
  }
}

}  // namespace

struct https_client::state {
  explicit state(https_client_settings with) : settings{std::move(with)}, tls{sides_of(settings)} {
    if (!settings.proxy.url.empty()) proxy = parse_proxy(settings.proxy.url);
  }

  https_client_settings settings;
  std::optional<proxy_place> proxy;
  std::optional<tls_sides> tls;

  async::task<core::result<connection_ptr>> connect(const place& to, core::deadline until) const {
    const auto where = co_await async::asio::this_coro::executor;
    const auto waits = waits_of(where);
    if (waits.has_error()) co_return waits.error();
    const core::deadline connected{core::steady_time::clock::now() + settings.connect_timeout};
    const destination there{to.host, to.port, settings.refuse_internal};
    const bool directly = !to.tls || is_direct(to.host, to.port, settings.proxy.no_proxy);
    const auto through = directly ? std::optional<proxy_place>{} : proxy;
    if (!directly && !proxy && !settings.proxy.url.empty()) co_return errc::bad_proxy;
    co_return co_await dial(**waits, there, through, settings.names, until.sooner(connected));
  }

  // `proves`: with the client certificate, if there is one.
  async::task<core::result<http::fetched>> fetch(const place& to, const std::string& ask,
                                                 bool proves, core::deadline until) const {
    const auto made = co_await connect(to, until);
    if (made.has_error()) co_return made.error();
    auto& over = **made;
    over.read_until(until);
    over.write_until(until);
    if (to.tls) {
      const auto& side = proves ? tls->proving : tls->nameless;
      if (const auto error = co_await over.handshake(side, to.host)) co_return error;
    }
    // The connection is dropped afterwards: waiting for the peer's close_notify brings nothing.
    co_return co_await exchange(over, ask, settings);
  }
};

https_client::https_client(https_client_settings settings) {
  check_fields(settings.headers);
  state_ = std::make_shared<const state>(std::move(settings));
}

async::task<core::result<http::fetched>> https_client::get(http::fetch_request wanted,
                                                           core::deadline until) const {
  // The frame holds the client for as long as the exchange lasts.
  const auto held = state_;
  const auto to = parse_place(wanted.url, held->settings.allow_http);
  if (to.has_error()) co_return to.error();
  if (to->tls && !held->tls) co_return errc::bad_url;
  const auto fields = fields_for(wanted.url, held->settings.headers);
  if (fields.has_error()) co_return fields.error();
  const auto ask = request_of(*to, wanted, held->settings.user_agent, *fields);
  if (ask.has_error()) co_return ask.error();
  const bool proves = is_among(wanted.url, held->settings.certificate_origins);
  co_return co_await held->fetch(*to, *ask, proves, until);
}

http::fetch https_client::as_fetch() const {
  return [client = *this](http::fetch_request wanted, core::deadline until) {
    return client.get(std::move(wanted), until);
  };
}

}  // namespace latchkey::client
