// Fetches one document at a time from a provider, or sends one: GET or POST, certificate and host
// name verified, a total deadline, a bounded answer, no redirects. Not a general client, and not
// for upstreams.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/client/authority_cache.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/core/version.hpp>
#include <latchkey/http/fetch.hpp>
#include <latchkey/net/resolve.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::client {

// A field beside those that the client sets itself.
struct further_field {
  std::string name = {};
  std::string value = {};  // as it is; secret
  // Where not empty, the value is `prefix` and what this file holds, without spaces and line ends
  // behind it. Read anew for each request.
  std::filesystem::path value_file = {};
  std::string prefix = {};
  // URLs, at whose origins (scheme, host, port) alone it is sent; empty: everywhere.
  std::vector<std::string> origins = {};
};

struct https_client_settings {
  // PEM of the authorities to trust instead of the system's; empty: the system's.
  std::filesystem::path ca_file;
  // Who loads them, and shares them with other clients; null: they are loaded for this one.
  std::shared_ptr<authority_cache> trusted;
  // Only http addresses will be asked: https ones fail with errc::bad_url, and no authorities are
  // loaded unless a file of them, or a client certificate, is named.
  bool http_only = false;
  std::chrono::milliseconds connect_timeout{2'000};
  std::size_t max_bytes = 512 * 1024;  // of the body
  std::string user_agent = "latchkey/" + std::string{core::version()};
  // PEM, both or neither: what the client proves itself with (mutual TLS).
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  // URLs, to whose origins (scheme, host, port) alone it does; empty: everywhere.
  std::vector<std::string> certificate_origins;
  // Sent with each request; not to a proxy.
  std::vector<further_field> headers;
  // Through which proxy https addresses are reached.
  proxy_settings proxy;
  // Refuse addresses of this machine, of its link, and those where clouds keep metadata, whatever
  // name leads there.
  bool refuse_internal = false;
  // Take http addresses that are not loopback as well.
  bool allow_http = false;
  // Who turns names into addresses.
  net::resolver names;
};

// Immutable: copies share it, and every thread may call it.
class https_client {
 public:
  // Throws std::runtime_error that names the file if the authorities, the certificate or its key
  // cannot be used, and std::invalid_argument for headers that are none or that the client sets
  // itself, and for a certificate without key or the reverse.
  explicit https_client(https_client_settings settings);

  // A request that names an entity tag may be answered with 304. One with content is sent by POST.
  // Runs on the caller's executor. errc::bad_url, errc::insecure_url for http to a host that is not
  // loopback without allow_http, net::errc::timeout, net::errc::too_many_lookups, errc::field_file,
  // errc::answer_too_large, errc::unexpected_encoding, errc::internal_address, errc::proxy_refused,
  // errc::bad_proxy for a proxy that would be used and that parse_proxy refuses, an error of
  // certificate_category(), an http1::errc for what is no response, or what the system or TLS
  // reported.
  async::task<core::result<http::fetched>> get(http::fetch_request wanted,
                                               core::deadline until) const;

  // The same as a function; it keeps the client alive.
  http::fetch as_fetch() const;

 private:
  struct state;
  std::shared_ptr<const state> state_;
};

}  // namespace latchkey::client
