#include "compare/configs.hpp"

#include <fmt/format.h>

namespace latchkey::bench::compare {
namespace {

constexpr std::string_view latchkey_head_text = R"([server]
listen = ["127.0.0.1:{port}"]
workers = {workers}
[server.tls]
certificate = "{certificate}"
private_key = "{key}"
[admin]
listen = "127.0.0.1:{admin_port}"
[log]
level = "warn"
[verify]
{cache}
[[issuer]]
issuer = "{issuer}"
jwks_uri = "{issuer}/.well-known/jwks.json"
audiences = ["account"]
)";

constexpr std::string_view latchkey_route_text = R"([[route]]
path = "{path}"
methods = ["GET"]
handler = "token"
)";

constexpr std::string_view haproxy_text = R"(global
  nbthread 1
  maxconn 8000
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  timeout client 60s
  timeout http-request 10s
  timeout http-keep-alive 60s
frontend api
  bind 127.0.0.1:{port} ssl crt {both} alpn http/1.1
{checks}  http-request return status 200 content-type application/json string {body}
)";

constexpr std::string_view haproxy_checks_text =
    R"(  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('$.iss')
  http-request set-var(txn.aud) var(txn.bearer),jwt_payload_query('$.aud')
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless {{ var(txn.alg) -m str RS256 }}
  http-request deny deny_status 401 unless {{ var(txn.iss) -m str {issuer} }}
  http-request deny deny_status 401 unless {{ var(txn.aud) -m str account }}
  http-request deny deny_status 401 if {{ var(txn.exp),sub(txn.now) -m int lt 0 }}
  http-request deny deny_status 401 unless {{ var(txn.bearer),jwt_verify(txn.alg,"{public_key}") -m int 1 }}
)";

// One process: what it uses is easily told, and none is left behind.
constexpr std::string_view nginx_text = R"(load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{
  worker_connections 8000;
}}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  keepalive_timeout 60s;
  keepalive_requests 100000000;
  keepalive_time 24h;
  init_by_lua_file {script};
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    location = {path} {{
      default_type application/json;
      content_by_lua_block {{ verified_claims() }}
    }}
  }}
}}
)";

// The key, the digest and the functions are made once; a request makes a digest and two tables.
constexpr std::string_view lua_text = R"(local cjson = require "cjson.safe"
local digest = require "openssl.digest"
local pkey = require "openssl.pkey"
local file = assert(io.open({public_key}))
local key = pkey.new(file:read("*a"))
file:close()

local function decoded(text)
  local fill = #text % 4
  local whole = text:gsub("-", "+"):gsub("_", "/") .. (fill > 0 and ("="):rep(4 - fill) or "")
  return ngx.decode_base64(whole)
end

local function claims_of(authorization)
  local signed, head, body, signature =
    authorization:match("^Bearer (([%w_-]+)%.([%w_-]+))%.([%w_-]+)$")
  if not signed then return nil end
  local head_text, text, bytes = decoded(head), decoded(body), decoded(signature)
  if not (head_text and text and bytes) then return nil end
  local header, claims = cjson.decode(head_text), cjson.decode(text)
  if type(header) ~= "table" or type(claims) ~= "table" then return nil end
  if header.alg ~= "RS256" or claims.iss ~= {issuer} or claims.aud ~= "account" then return nil end
  if type(claims.exp) ~= "number" or claims.exp <= ngx.time() then return nil end
  local hash = digest.new("sha256")
  hash:update(signed)
  if not key:verify(bytes, hash) then return nil end
  return text
end

function verified_claims()
  local text = claims_of(ngx.var.http_authorization or "")
  if not text then
    ngx.header["WWW-Authenticate"] = "Bearer"
    return ngx.exit(401)
  end
  ngx.header["Content-Length"] = #text
  ngx.print(text)
end
)";

void replace(std::string& text, std::string_view mark, std::string_view value) {
  const auto at = text.find(mark);
  if (at != text.npos) text.replace(at, mark.size(), value);
}

}  // namespace

std::string latchkey_head(const setting& with, unsigned workers, bool cache) {
  return fmt::format(fmt::runtime(latchkey_head_text), fmt::arg("port", with.port),
                     fmt::arg("workers", workers), fmt::arg("certificate", with.certificate),
                     fmt::arg("key", with.key), fmt::arg("admin_port", with.admin_port),
                     fmt::arg("cache", cache ? "" : "token_cache_bytes = 0"),
                     fmt::arg("issuer", with.issuer));
}

std::string latchkey_config(const setting& with, unsigned workers, bool cache) {
  return latchkey_head(with, workers, cache) +
         fmt::format(fmt::runtime(latchkey_route_text), fmt::arg("path", guarded_path));
}

std::string haproxy_checks(const setting& with) {
  return fmt::format(fmt::runtime(haproxy_checks_text), fmt::arg("issuer", with.issuer),
                     fmt::arg("public_key", with.public_key));
}

std::string haproxy_config(const setting& with) {
  return fmt::format(fmt::runtime(haproxy_text), fmt::arg("port", with.port),
                     fmt::arg("both", with.certificate_and_key),
                     fmt::arg("checks", haproxy_checks(with)),
                     fmt::arg("body", haproxy_quoted(with.body)));
}

std::string nginx_config(const setting& with) {
  return fmt::format(fmt::runtime(nginx_text), fmt::arg("folder", with.folder),
                     fmt::arg("script", with.script), fmt::arg("port", with.port),
                     fmt::arg("certificate", with.certificate), fmt::arg("key", with.key),
                     fmt::arg("path", guarded_path));
}

std::string nginx_script(const setting& with) {
  std::string text{lua_text};
  replace(text, "{public_key}", lua_quoted(with.public_key));
  replace(text, "{issuer}", lua_quoted(with.issuer));
  return text;
}

std::vector<std::string> fastapi_arguments(const setting& with) {
  return {// The keys come from this machine, whatever proxy there is.
          "no_proxy=127.0.0.1",
          "PYTHONDONTWRITEBYTECODE=1",
          "JWKS_URL=" + with.issuer + "/.well-known/jwks.json",
          "ISSUER=" + with.issuer,
          "AUDIENCE=account",
          "/usr/bin/python3",
          "-m",
          "uvicorn",
          "fastapi_app:app",
          "--app-dir",
          with.folder,
          "--host",
          "127.0.0.1",
          "--port",
          fmt::format("{}", with.port),
          "--ssl-certfile",
          with.certificate,
          "--ssl-keyfile",
          with.key,
          "--no-access-log",
          "--log-level",
          "warning",
          "--timeout-keep-alive",
          "60"};
}

std::string haproxy_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char one : text) {
    // Within double quotes a dollar sign begins a variable.
    if (one == '"' || one == '\\' || one == '$') quoted += '\\';
    quoted += one;
  }
  return quoted += '"';
}

std::string lua_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char one : text) {
    if (one == '"' || one == '\\') quoted += '\\';
    quoted += one;
  }
  return quoted += '"';
}

}  // namespace latchkey::bench::compare
