#include "issuer/provider.hpp"

#include "issuer/authorization.hpp"
#include "issuer/entity_tag.hpp"
#include "issuer/page.hpp"

#include <latchkey/http/problem.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/middleware/known_host.hpp>
#include <latchkey/net/address.hpp>

#include <boost/beast/http/verb.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace latchkey::issuer {

namespace {

bool is_web_url(std::string_view text) {
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  return url && (url->scheme() == "http" || url->scheme() == "https") && !url->host().empty() &&
         !url->has_fragment();
}

// Lets in only what comes from this machine and not from a web page shown on it.
async::task<http::response> from_this_machine(http::context& ctx, const http::handler& next) {
  if (!net::is_loopback(ctx.peer) || ctx.request.find("origin")) {
    co_return http::problem(http::status::forbidden, "Only for programs on this machine");
  }
  co_return co_await next(ctx);
}

}  // namespace

sources system_sources() {
  return {core::system_clock(),
          [](std::size_t size) {
            std::string bytes(size, '\0');
            if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                           static_cast<int>(size)) != 1) {
              throw std::runtime_error{"no random bytes"};
            }
            return bytes;
          },
          [] { return new_key(); }};
}

void check(const settings& wanted) {
  const auto require = [](bool holds, const std::string& what) {
    if (!holds) throw std::invalid_argument{what};
  };
  require(is_web_url(wanted.issuer), "the issuer is not an http or https URL: " + wanted.issuer);
  require(is_web_url(wanted.url) && !wanted.url.ends_with('/'),
          "not an http or https URL without a slash at its end: " + wanted.url);
  require(wanted.lifetime.count() > 0, "the lifetime of tokens must be positive");
  require(!wanted.client_id.empty() && !wanted.service_id.empty(), "a client needs a name");
  require(wanted.client_id != wanted.service_id, "the two clients need different names");
  require(!wanted.service_secret.empty(), "the service needs a secret");
  for (const auto& uri : wanted.redirect_uris) {
    // What ends a directive of a content security policy has no business in one of these.
    require(is_web_url(uri) && uri.find_first_of(";,' ") == uri.npos,
            "the redirect URI is not an http or https URL: " + uri);
  }
  require(std::none_of(wanted.cache_control.begin(), wanted.cache_control.end(),
                       [](char c) { return c < ' ' || c == 0x7F; }),
          "not a value of Cache-Control: " + wanted.cache_control);
  for (const auto& scope : wanted.scopes) require(is_scope(scope), "not a scope: " + scope);
}

provider::provider(settings wanted, jose::signing_key first, sources from, listener at)
    : settings_{std::move(wanted)},
      from_{std::move(from)},
      keys_{std::move(first)},
      codes_{from_.random},
      listener_{std::move(at)},
      material_{settings_.url, [this] { return spare_jwk(); }} {
  check(settings_);
}

struct provider::answered_by {
  std::shared_ptr<provider> self;
  method what;
  async::task<http::response> operator()(http::context& ctx) const {
    return (self.get()->*what)(ctx);
  }
};

// Counts a request when it comes, so that one which is never answered counts as well.
struct provider::counted {
  std::shared_ptr<provider> self;
  std::string name;
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const {
    ++self->requests_[name];
    return next(ctx);
  }
};

struct provider::failing {
  std::shared_ptr<provider> self;
  fault_switch provider::* which;
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const {
    return (self.get()->*which)(ctx, next);
  }
};

void provider::add_route(const std::shared_ptr<provider>& self, std::vector<http::route>& routes,
                         http::verb verb, const char* path, method what,
                         std::vector<http::middleware> layers) {
  const std::string name{boost::beast::http::to_string(verb)};
  layers.insert(layers.begin(), counted{self, name + ' ' + path});
  routes.push_back({path, {verb}, http::chain(std::move(layers), answered_by{self, what})});
}

void provider::add_controls(const std::shared_ptr<provider>& self,
                            std::vector<http::route>& routes) {
  // A name that a web page leads here is none of ours.
  middleware::known_host by_our_name;
  if (const auto url = http::parse_url(self->settings_.url))
    by_our_name.names.emplace_back(url->host);
  const auto add = [&](http::verb verb, const char* path, method what) {
    add_route(self, routes, verb, path, what, {from_this_machine, by_our_name});
  };
  using http::verb;
  add(verb::post, "/control/rotate", &provider::control_rotate);
  add(verb::post, "/control/fail", &provider::control_fail);
  add(verb::get, "/control/faults", &provider::control_faults);
  add(verb::post, "/control/heal", &provider::control_heal);
  add(verb::post, "/control/reset", &provider::control_reset);
  add(verb::get, "/control/stats", &provider::control_stats);
  add(verb::post, "/control/mint", &provider::control_mint);
}

http::handler provider::control_handler(std::shared_ptr<provider> self) {
  std::vector<http::route> routes;
  add_controls(self, routes);
  return http::router{std::move(routes)};
}

http::handler provider::handler(std::shared_ptr<provider> self) {
  std::vector<http::route> routes;
  const auto add = [&](http::verb verb, const char* path, method what,
                       std::vector<http::middleware> layers = {}) {
    add_route(self, routes, verb, path, what, std::move(layers));
  };
  using http::verb;
  const failing configuration_fails{self, &provider::configuration_fault_};
  const failing jwks_fails{self, &provider::jwks_fault_};
  add(verb::get, "/.well-known/openid-configuration", &provider::configuration,
      {configuration_fails});
  add(verb::get, "/.well-known/oauth-authorization-server", &provider::configuration,
      {configuration_fails});
  add(verb::get, "/.well-known/jwks.json", &provider::jwks, {conditional, jwks_fails});
  add(verb::get, "/style.css", &provider::style);
  add(verb::get, "/authorize", &provider::sign_in);
  add(verb::post, "/authorize", &provider::signed_in);
  add(verb::post, "/token", &provider::token);
  add(verb::options, "/token", &provider::token_preflight);
  add_controls(self, routes);
  return http::router{std::move(routes)};
}

async::task<http::response> provider::configuration(http::context&) {
  namespace json = boost::json;
  const json::object document{
      {"issuer", settings_.issuer},
      {"authorization_endpoint", settings_.url + "/authorize"},
      {"token_endpoint", settings_.url + "/token"},
      {"jwks_uri", settings_.url + "/.well-known/jwks.json"},
      {"scopes_supported", json::array(settings_.scopes.begin(), settings_.scopes.end())},
      {"response_types_supported", json::array{"code"}},
      {"response_modes_supported", json::array{"query"}},
      {"grant_types_supported", json::array{"authorization_code", "client_credentials"}},
      {"token_endpoint_auth_methods_supported",
       json::array{"none", "client_secret_basic", "client_secret_post"}},
      {"code_challenge_methods_supported", json::array{"S256"}},
      {"subject_types_supported", json::array{"public"}},
      {"id_token_signing_alg_values_supported",
       json::array{jose::name_of(keys_.signing().signs_by())}}};
  auto answer = http::response::json(http::status::ok, json::serialize(document));
  answer.set("access-control-allow-origin", "*");
  co_return answer;
}

async::task<http::response> provider::jwks(http::context&) {
  auto answer = http::response::json(http::status::ok, keys_.jwks());
  if (!settings_.cache_control.empty()) answer.set("cache-control", settings_.cache_control);
  answer.set("access-control-allow-origin", "*");
  co_return answer;
}

async::task<http::response> provider::style(http::context&) {
  co_return style_sheet();
}

}  // namespace latchkey::issuer
