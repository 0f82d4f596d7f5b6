// How the tests of https_client fetch, and from whom. Not for servers that do more than answer.
#pragma once

#include "support/pki.hpp"
#include "support/raw_server.hpp"
#include "support/run.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"

#include <latchkey/client/https_client.hpp>
#include <latchkey/net/errc.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace latchkey::client {

// Runs one fetch to its end; fails the test if that takes much longer than it may.
inline core::result<http::fetched> get(const https_client& client, http::fetch_request wanted,
                                       std::chrono::milliseconds limit = std::chrono::seconds{5}) {
  boost::asio::io_context io;
  const auto start = core::steady_time::clock::now();
  const auto url = wanted.url;
  auto got = support::run(io, client.get(std::move(wanted), core::deadline{start + limit}));
  EXPECT_LT(core::steady_time::clock::now() - start, limit + std::chrono::seconds{2}) << url;
  return got;
}

inline core::result<http::fetched> fetch(const https_client& client, const std::string& url,
                                         std::chrono::milliseconds limit = std::chrono::seconds{
                                             5}) {
  return get(client, http::fetch_request{url, {}}, limit);
}

inline https_client plain_client(std::size_t max_bytes = 1000) {
  https_client_settings settings;
  settings.max_bytes = max_bytes;
  return https_client{settings};
}

inline std::string url_of(const support::raw_server& server) {
  return "http://127.0.0.1:" + server.port() + "/keys";
}

// What a server answers that sends `bytes` and closes the connection.
inline core::result<http::fetched> get_answer(const std::string& bytes,
                                              std::size_t max_bytes = 1000) {
  using support::raw_server;
  raw_server server{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, bytes);
  }};
  return fetch(plain_client(max_bytes), url_of(server));
}

struct exchange_seen {
  std::string asked;
  core::result<http::fetched> got = net::errc::closed;
};

// What a client asks a plain server that answers with `bytes`, and what it makes of that.
inline exchange_seen seen_by(const std::string& bytes, https_client_settings settings = {},
                             const std::string& etag = {}) {
  using support::raw_server;
  exchange_seen seen;
  raw_server server{[&](raw_server::socket& peer) {
    seen.asked = raw_server::read_head(peer);
    raw_server::send(peer, bytes);
  }};
  seen.got = get(https_client{std::move(settings)}, {url_of(server), etag});
  return seen;
}

// Servers with certificates, and clients that trust them.
class over_tls : public testing::Test {
 protected:
  static async::task<http::response> answer() {
    co_return http::response::json(http::status::ok, "{}");
  }

  std::shared_ptr<const net::tls_context> tls_of(const support::certificate& shown) {
    return std::make_shared<const net::tls_context>(net::tls_files{
        folder_.write("server.pem", shown.pem), folder_.write("server.key", shown.key_pem)});
  }

  https_client_settings trusting(const support::certificate& authority) {
    https_client_settings settings;
    settings.ca_file = folder_.write("ca.pem", authority.pem);
    return settings;
  }

  support::temporary_folder folder_;
};

}  // namespace latchkey::client
