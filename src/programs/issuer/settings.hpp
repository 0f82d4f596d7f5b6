// The settings of the development issuer at start. Not for what changes while it runs.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace latchkey::issuer {

struct settings {
  std::string issuer = "http://127.0.0.1:9400";
  // Where it is reached, without a slash at the end; what discovery names the endpoints by.
  std::string url = "http://127.0.0.1:9400";
  std::string audience = "account";
  std::chrono::seconds lifetime = std::chrono::hours{1};  // of an access token

  // The client of the docs page: public, so it has no secret and proves itself by PKCE.
  std::string client_id = "example-api";
  // Compared byte by byte; http or https.
  std::vector<std::string> redirect_uris = {"https://localhost:8443/docs/oauth2-redirect",
                                            "https://127.0.0.1:8443/docs/oauth2-redirect"};
  // The client of programs, for the client credentials grant.
  std::string service_id = "example-service";
  std::string service_secret = "secret";
  // The Cache-Control of the key set; empty: none.
  std::string cache_control;
  // What a service gets that asks for no scope, and what discovery names.
  std::vector<std::string> scopes = {"openid", "example:note:read", "example:note:create"};
};

}  // namespace latchkey::issuer
