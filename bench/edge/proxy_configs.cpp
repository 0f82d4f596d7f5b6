#include "edge/proxy_configs.hpp"

#include <fmt/format.h>

namespace latchkey::bench::edge {
namespace {

constexpr std::string_view latchkey_text = R"({head}clock_skew = "0s"
[[upstream]]
name = "api"
addresses = [{addresses}]
{upstream_lines}[[route]]
path = "/*"
methods = ["*"]
upstream = "api"
{guard}
{route_lines})";

// As many idle connections as a burst leaves. One process: what it uses is easily told.
constexpr std::string_view nginx_text = R"(daemon off;
master_process off;
pid {folder}/nginx-{port}.pid;
error_log stderr crit;
worker_rlimit_nofile 20000;
events {{
  worker_connections 10000;
}}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  keepalive_timeout 60s;
  keepalive_requests 100000000;
  keepalive_time 24h;
  map $http_upgrade $hop {{
    default upgrade;
    '' '';
  }}
  upstream api {{
{servers}    keepalive 1024;
    keepalive_requests 100000000;
  }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {{
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $hop;
      proxy_connect_timeout 2s;
    }}
    location /events {{
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
)";

constexpr std::string_view haproxy_text = R"(global
  nbthread 1
  maxconn 8000
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  timeout http-request 10s
  timeout http-keep-alive 60s
  option redispatch 1
frontend edge
  bind 127.0.0.1:{port} ssl crt {both} alpn http/1.1
{checks}  default_backend api
backend api
{servers})";

constexpr std::string_view caddy_text = R"({{
  admin off
  auto_https off
  storage file_system {folder}/caddy
  log {{
    level ERROR
  }}
  servers {{
    protocols h1
  }}
}}
https://:{port} {{
  bind 127.0.0.1
  tls {certificate} {key}
  reverse_proxy {servers}{{
{choice}  }}
}}
)";

// Of several; a single one would be left alone as well.
constexpr std::string_view caddy_choice = R"(    lb_policy least_conn
    lb_try_duration 2s
    fail_duration 1s
)";

constexpr std::string_view nginx_upstream_text = R"(daemon off;
master_process off;
pid {folder}/upstream-{port}.pid;
error_log stderr crit;
events {{
  worker_connections 1000;
}}
http {{
  log_format taken 'taken $status';
  access_log /dev/stdout taken;
  client_body_temp_path {folder}/upstream-body;
  proxy_temp_path {folder}/upstream-proxy;
  fastcgi_temp_path {folder}/upstream-fastcgi;
  uwsgi_temp_path {folder}/upstream-uwsgi;
  scgi_temp_path {folder}/upstream-scgi;
  server {{
    listen 127.0.0.1:{port};
    return 200 "ok";
  }}
}}
)";

std::string lines_of(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += one + '\n';
  return text;
}

// One piece of text for each upstream.
std::string for_each(const proxy_setting& with, std::string_view pattern) {
  std::string text;
  unsigned number = 0;
  for (const auto port : with.upstreams) {
    text +=
        fmt::format(fmt::runtime(pattern), fmt::arg("number", ++number), fmt::arg("port", port));
  }
  return text;
}

}  // namespace

std::vector<proxy> all_proxies() {
  return {proxy::latchkey, proxy::nginx, proxy::haproxy, proxy::caddy};
}

std::string_view name_of(proxy one) {
  switch (one) {
    case proxy::latchkey:
      return "latchkey";
    case proxy::nginx:
      return "nginx";
    case proxy::haproxy:
      return "haproxy";
    case proxy::caddy:
      break;
  }
  return "caddy";
}

std::string latchkey_config(const proxy_setting& with) {
  auto addresses = for_each(with, R"("http://127.0.0.1:{port}", )");
  if (!addresses.empty()) addresses.erase(addresses.size() - 2);
  return fmt::format(
      fmt::runtime(latchkey_text),
      fmt::arg("head", compare::latchkey_head(with, with.workers, with.cache)),
      fmt::arg("addresses", addresses), fmt::arg("upstream_lines", lines_of(with.upstream_lines)),
      fmt::arg("guard", with.guarded ? R"(scopes = ["example:note:read"])" : "public = true"),
      fmt::arg("route_lines", lines_of(with.route_lines)));
}

std::string nginx_config(const proxy_setting& with) {
  return fmt::format(fmt::runtime(nginx_text), fmt::arg("folder", with.folder),
                     fmt::arg("port", with.port),
                     fmt::arg("servers", for_each(with, "    server 127.0.0.1:{port};\n")),
                     fmt::arg("certificate", with.certificate), fmt::arg("key", with.key));
}

std::string haproxy_config(const proxy_setting& with) {
  const auto checks = with.public_key.empty() ? std::string{} : compare::haproxy_checks(with);
  return fmt::format(fmt::runtime(haproxy_text), fmt::arg("port", with.port),
                     fmt::arg("both", with.certificate_and_key), fmt::arg("checks", checks),
                     fmt::arg("servers", for_each(with, "  server u{number} 127.0.0.1:{port}\n")));
}

std::string caddy_config(const proxy_setting& with) {
  return fmt::format(fmt::runtime(caddy_text), fmt::arg("folder", with.folder),
                     fmt::arg("port", with.port), fmt::arg("certificate", with.certificate),
                     fmt::arg("key", with.key),
                     fmt::arg("servers", for_each(with, "127.0.0.1:{port} ")),
                     fmt::arg("choice", with.upstreams.size() > 1 ? caddy_choice : ""));
}

std::string nginx_upstream_config(std::uint16_t port, const std::string& folder) {
  return fmt::format(fmt::runtime(nginx_upstream_text), fmt::arg("folder", folder),
                     fmt::arg("port", port));
}

}  // namespace latchkey::bench::edge
