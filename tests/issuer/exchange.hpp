// Requests to a provider on a clock of the test's own, from this machine unless told otherwise. Not
// for sockets.
#pragma once

#include "issuer/provider.hpp"
#include "support/manual_clock.hpp"
#include "support/mint.hpp"
#include "support/request.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::issuer {

using fields = std::vector<std::pair<std::string, std::string>>;

// A body that is all there.
struct text_body {
  std::shared_ptr<std::string> rest;
  async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
    const auto size = std::min(out.size(), rest->size());
    std::copy_n(rest->data(), size, out.data());
    rest->erase(0, size);
    co_return size;
  }
};

// The pair of RFC 7636 appendix B.
inline constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
inline constexpr const char* redirect_uri = "https://localhost:8443/docs/oauth2-redirect";

class exchange {
 public:
  explicit exchange(settings wanted = {}, listener at = {})
      : handler_{provider::handler(std::make_shared<provider>(
            std::move(wanted), jose::signing_key::from_pem(support::issuer_key().to_pem(), "k1"),
            sources{
                clock.clock(),
                [n = 0](std::size_t size) mutable {
                  return std::string(size, static_cast<char>('a' + n++ % 26));
                },
                [] { return jose::signing_key::from_pem(support::second_key().to_pem(), "k2"); }},
            std::move(at)))} {}

  http::response send(http::verb method, const std::string& target, const std::string& body = {},
                      fields with = {}, std::string_view peer = "127.0.0.1") {
    support::request made{method, target, std::move(with)};
    http::body given;
    if (!body.empty()) given = http::body{text_body{std::make_shared<std::string>(body)}};
    const http::handler from_peer = [this, peer](http::context& ctx) {
      ctx.peer = peer;
      return handler_(ctx);
    };
    return made.send(from_peer, std::move(given));
  }
  http::response get(const std::string& target, fields with = {}) {
    return send(http::verb::get, target, {}, std::move(with));
  }
  http::response post_form(const std::string& target, const std::string& body, fields with = {}) {
    with.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return send(http::verb::post, target, body, std::move(with));
  }
  http::response control(const std::string& what, const std::string& body = {}) {
    return send(http::verb::post, "/control/" + what, body);
  }

  support::manual_clock clock;
  const http::handler& handler() const { return handler_; }

 private:
  http::handler handler_;
};

inline boost::json::value json_of(const http::response& answer) {
  return boost::json::parse(support::text_of(answer));
}

// The second part of a token.
inline std::string claims_of_token(std::string_view token) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  return core::base64url_decode(token.substr(first + 1, second - first - 1)).value();
}

}  // namespace latchkey::issuer
