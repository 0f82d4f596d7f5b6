// The token endpoint (RFC 6749 section 3.2): codes and client credentials for access tokens.
#include "issuer/authorization.hpp"
#include "issuer/client_proof.hpp"
#include "issuer/provider.hpp"

#include <latchkey/http/problem.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

constexpr std::size_t max_token_request_bytes = 16 * 1024;

// RFC 6749 section 5.2.
http::response refuse(const char* error, const char* description) {
  const json::object body{{"error", error}, {"error_description", description}};
  return http::response::json(http::status::bad_request, json::serialize(body));
}

http::response refuse_client(const http::request_head& head) {
  const json::object body{{"error", "invalid_client"},
                          {"error_description", "the client is not known or did not prove itself"}};
  auto answer = http::response::json(http::status::unauthorized, json::serialize(body));
  if (head.find("authorization")) {
    answer.set("www-authenticate", "Basic realm=\"latchkey-issuer\"");
  }
  return answer;
}

bool is_form(const http::request_head& head) {
  const auto type = head.find("content-type").value_or(std::string_view{});
  const auto media = type.substr(0, type.find_first_of("; \t"));
  return http::same_name(media, "application/x-www-form-urlencoded");
}

}  // namespace

async::task<http::response> provider::token(http::context& ctx) {
  const auto body = co_await ctx.body.read_all(max_token_request_bytes);
  auto answer = [&] {
    if (body.has_error()) return http::problem(body.error());
    const auto request = form::parse(*body);
    if (!is_form(ctx.request) || !request) {
      return refuse("invalid_request", "the body must be application/x-www-form-urlencoded");
    }
    return grant_token(*request, ctx.request);
  }();
  answer.set("cache-control", "no-store");
  allow_origin(ctx, answer);
  co_return answer;
}

http::response provider::grant_token(const form& request, const http::request_head& head) {
  if (request.repeats({"grant_type", "client_id", "client_secret", "code", "redirect_uri",
                       "code_verifier", "scope"})) {
    return refuse("invalid_request", "a parameter is given twice");
  }
  const auto kind = request.get("grant_type");
  if (kind.empty()) return refuse("invalid_request", "grant_type is missing");
  const auto client = client_of(head, request);
  if (!client) return refuse_client(head);
  if (client->id == settings_.client_id && client->secret.empty()) {
    if (kind == "authorization_code") return exchange_code(request);
  } else if (client->id == settings_.service_id &&
             same_secret(client->secret, settings_.service_secret)) {
    if (kind == "client_credentials") return client_credentials(request);
  } else {
    return refuse_client(head);
  }
  if (kind != "authorization_code" && kind != "client_credentials") {
    return refuse("unsupported_grant_type", "only authorization_code and client_credentials");
  }
  return refuse("unauthorized_client", "this client may not use this grant");
}

http::response provider::exchange_code(const form& request) {
  const auto code = request.get("code");
  const auto verifier = request.get("code_verifier");
  if (code.empty() || verifier.empty()) {
    return refuse("invalid_request", "code and code_verifier are needed");
  }
  auto what = codes_.redeem(code, from_.clock.steady());
  if (!what) return refuse("invalid_grant", "the code is not known, is used up or has expired");
  if (what->client_id != settings_.client_id || what->redirect_uri != request.get("redirect_uri")) {
    return refuse("invalid_grant", "the code was issued for another redirect_uri");
  }
  if (!proves(verifier, what->challenge)) {
    return refuse("invalid_grant", "code_verifier does not match the challenge");
  }
  return issue(std::move(what->subject), settings_.client_id, what->scopes);
}

http::response provider::client_credentials(const form& request) {
  auto scopes = core::scope_set::split(request.get("scope"));
  const auto asked = scopes.items();
  if (!std::all_of(asked.begin(), asked.end(), is_scope)) {
    return refuse("invalid_scope", "a scope is malformed");
  }
  if (scopes.empty()) {
    for (const auto& one : settings_.scopes) scopes.add(one);
  }
  return issue(settings_.service_id, settings_.service_id, scopes);
}

http::response provider::issue(std::string subject, std::string client,
                               const core::scope_set& scopes) {
  auto options = mint_defaults();
  options.subject = std::move(subject);
  options.client_id = std::move(client);
  for (const auto& one : scopes.items()) {
    if (!options.scope.empty()) options.scope += ' ';
    options.scope += one;
  }
  const json::object body{{"access_token", mint(options, keys_.signing(), from_.clock.wall())},
                          {"token_type", "Bearer"},
                          {"expires_in", options.expires_in.count()},
                          {"scope", options.scope}};
  return http::response::json(http::status::ok, json::serialize(body));
}

mint_options provider::mint_defaults() const {
  mint_options options;
  options.issuer = settings_.issuer;
  options.audience = settings_.audience;
  options.client_id = settings_.client_id;
  options.expires_in = settings_.lifetime;
  return options;
}

// Scripts of the pages that a code may be sent to may read the answer.
void provider::allow_origin(const http::context& ctx, http::response& answer) const {
  answer.set("vary", "origin");
  const auto origin = ctx.request.find("origin");
  if (!origin) return;
  const auto& known = settings_.redirect_uris;
  if (std::any_of(known.begin(), known.end(),
                  [&](const std::string& uri) { return origin_of(uri) == *origin; })) {
    answer.set("access-control-allow-origin", *origin);
  }
}

async::task<http::response> provider::token_preflight(http::context& ctx) {
  http::response answer{http::status::no_content};
  allow_origin(ctx, answer);
  if (answer.find("access-control-allow-origin")) {
    answer.set("access-control-allow-methods", "POST");
    answer.set("access-control-allow-headers", "authorization, content-type, x-requested-with");
    answer.set("access-control-max-age", "600");
  }
  co_return answer;
}

}  // namespace latchkey::issuer
