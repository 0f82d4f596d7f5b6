#include "soak/site.hpp"

#include "soak/terms.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace latchkey::bench::soak {
namespace {

// Slow clients are let go of while the run goes on, and the cache of tokens is full before memory
// is looked at.
constexpr std::string_view text = R"([server]
listen = ["127.0.0.1:{port}"]
workers = 2
[server.tls]
certificate = "{certificate}"
private_key = "{key}"
[server.limits]
body_bytes = {body_bytes}
[server.timeouts]
handshake = "2s"
head = "2s"
body = "2s"
write = "2s"
[verify]
token_cache_bytes = 262144
[admin]
listen = "127.0.0.1:{admin_port}"
[docs]
enabled = true
[[issuer]]
issuer = "{issuer}"
jwks_uri = "{issuer}/.well-known/jwks.json"
audiences = ["account"]
clock_skew = "0s"
[issuer.cache]
max_age = "{max_age}s"
shortest_max_age = "{max_age}s"
longest_max_age = "{max_age}s"
max_stale = "{max_stale}s"
cooldown = "{cooldown}s"
client_share = 100
negative_ttl = "1s"
backoff_first = "250ms"
backoff_max = "{backoff_max}s"
connect_timeout = "500ms"
total_timeout = "{fetch_timeout}ms"
[[upstream]]
name = "api"
addresses = ["http://127.0.0.1:{upstream_port}"]
[upstream.timeouts]
connect = "500ms"
answer = "{answer_timeout}ms"
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["{read}"]
handler = "notes.read"
[[route]]
path = "/my-token"
methods = ["GET"]
handler = "token"
[[route]]
path = "/api/*"
methods = ["*"]
scopes = ["{read}"]
upstream = "api"
[[route]]
path = "/echo"
methods = ["GET"]
scopes = ["{read}"]
upstream = "api"
upgrades = ["websocket"]
)";

constexpr std::string_view extra_route = R"([[route]]
path = "/extra"
methods = ["GET"]
handler = "token"
)";

}  // namespace

std::string site_text(const site_setting& with) {
  auto made = fmt::format(
      fmt::runtime(text), fmt::arg("port", with.port), fmt::arg("certificate", with.certificate),
      fmt::arg("key", with.private_key), fmt::arg("body_bytes", with.state.body_bytes),
      fmt::arg("admin_port", with.admin_port), fmt::arg("issuer", with.issuer),
      fmt::arg("max_age", max_age.count()), fmt::arg("max_stale", max_stale.count()),
      fmt::arg("cooldown", cooldown.count()), fmt::arg("backoff_max", backoff_max.count()),
      fmt::arg("fetch_timeout", fetch_timeout.count()),
      fmt::arg("upstream_port", with.upstream_port),
      fmt::arg("answer_timeout", answer_timeout.count()), fmt::arg("read", read_scope));
  if (with.state.extra) made += extra_route;
  return made;
}

std::string broken_site_text(site_setting with, std::string_view kind) {
  // What is right in it must not be taken either.
  with.state.extra = !with.state.extra;
  if (kind == "not-toml") return site_text(with) + "[[route\n";
  if (kind == "unknown-key") return site_text(with) + "[nothing]\nsuch = 1\n";
  if (kind != "missing-file") throw std::invalid_argument{"no such kind of broken file"};
  with.private_key += ".nowhere";
  return site_text(with);
}

}  // namespace latchkey::bench::soak
