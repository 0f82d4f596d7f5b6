// The keys of [[upstream]], and those by which a route forwards to one: a part of config_describe,
// which says how it is read.
#pragma once

#include "config_forwarding.hpp"
#include "config_names.hpp"

#include <latchkey/app/config.hpp>

#include <chrono>

namespace latchkey::app {

template <class Visitor>
void describe(Visitor& visit, edge::upstream_timeouts& timeouts) {
  using namespace std::chrono_literals;
  visit.value("connect", timeouts.connect, rule::lasting(1ms, 1min),
              "For each connection, TLS included.");
  visit.value("answer", timeouts.answer, rule::lasting(1ms, 24h),
              "From the end of the request to the head of its answer.");
  visit.value("idle", timeouts.idle, rule::lasting(1ms, 24h),
              "In which a byte of a body has to be sent or to come.");
  visit.value("tunnel", timeouts.tunnel, rule::lasting(1ms, 720h),
              "The same of a connection that was upgraded, in either direction.");
}

// Those of an upstream's answers; those of requests are within `server.limits`.
template <class Visitor>
void describe(Visitor& visit, http1::head_limits& limits) {
  visit.value("status_line", limits.start_line, rule::between(64, 65'536),
              "Bytes of the status line of an answer; a longer one is answered with 502.");
  visit.value("header_bytes", limits.bytes, rule::between(1024, 1'048'576),
              "Bytes of the whole head of an answer; a longer one is answered with 502.");
  visit.value("header_count", limits.fields, rule::between(1, 10'000),
              "Header fields of an answer.");
}

template <class Visitor>
void describe_health(Visitor& visit, edge::upstream_settings& upstream) {
  using namespace std::chrono_literals;
  auto& health = upstream.health;
  visit.value("health_path", upstream.health_path,
              rule::text{{}, "a path to ask for, like \"/healthz\"", rule::is_request_path, true},
              "Asked for by GET at each address to see whether it can be used: 2xx and 3xx are "
              "good. Empty: none is asked.");
  visit.after_read([&upstream] { upstream.health.active = !upstream.health_path.empty(); });
  visit.value("health_interval", health.interval, rule::lasting(100ms, 1h),
              "From one of these checks to the next, a fifth more or less by chance.");
  visit.value("health_timeout", upstream.health_timeout, rule::lasting(1ms, 1h), "For a check.");
  visit.value("health_fall", health.fall, rule::between(1, 100),
              "So many bad checks in a row take an address out.");
  visit.value("health_rise", health.rise, rule::between(1, 100),
              "So many good checks in a row bring it back.");
  visit.value("max_failures", health.failures, rule::between(0, 1000),
              "So many requests in a row that fail at an address (no connection, no well-formed "
              "answer, 502, 503, 504) take it out for a while; 0: never.");
  visit.value("ejection", health.ejection, rule::lasting(100ms, 24h),
              "For how long, the first time; longer with each further one of late.");
  visit.value("max_ejection", health.longest_ejection, rule::lasting(100ms, 24h),
              "The longest it is taken out.");
}

template <class Visitor>
void describe_traffic(Visitor& visit, edge::upstream_settings& upstream) {
  using namespace std::chrono_literals;
  visit.value("attempts", upstream.retry.attempts, rule::between(1, 10),
              "Attempts for one request, the first among them. Sent again is only what has not "
              "reached an address, or what does no harm twice.");
  visit.value("retry_percent", upstream.retry.budget, rule::percent{{}, 0, 100},
              "Per cent of the requests under way that may be sent once more after a connection "
              "that had carried others ended under them. What reached no address goes to another "
              "one in any case.");
  visit.value("max_outstanding", upstream.circuit.outstanding, rule::between(1, 1'000'000),
              "Requests under way at once.");
  visit.value("max_waiting", upstream.circuit.waiting, rule::between(0, 1'000'000),
              "Requests that wait for one of those to end; more are answered with 503.");
  visit.value("max_idle_connections", upstream.max_idle, rule::between(0, 1'000'000),
              "Connections kept for further requests, of all addresses together.");
  visit.value(
      "resolve", upstream.resolve, rule::lasting(1s, 24h),
      "How often the names of its addresses are looked up anew where their name server does not "
      "say for how long its answer holds; else when that ends.");
}

template <class Visitor>
void describe(Visitor& visit, edge::upstream_settings& upstream) {
  visit.value("name", upstream.name,
              rule::text{{.required = true},
                         "a name of letters, digits, '-', '_' and '.'",
                         rule::is_upstream_name},
              "What routes call it.");
  visit.list("addresses", upstream.addresses,
             rule::text{{.required = true, .distinct = true},
                        "\"http://host:port\" or \"https://host:port\", without a path",
                        rule::is_upstream_address,
                        false,
                        "URL"},
             1,
             "Where it is, `\"http://host:port\"` or `\"https://host:port\"`; names are looked up, "
             "and each address found is one of the upstream.");
  visit.value("server_name", upstream.server_name,
              rule::text{{}, "the name of a host, without a port", rule::is_host_name, true},
              "The name that its certificate has to be for, and that is asked for (SNI); empty: "
              "the host of the address.");
  visit.value("ca_file", upstream.ca_file, rule::authorities_file,
              "PEM file with the authorities to trust for it; empty: those of this machine.");
  visit.value("client_certificate", upstream.client_certificate, rule::client_certificate_file,
              "PEM file with the certificate chain that this server proves itself with to the "
              "upstream (mutual TLS); with `client_key` or not at all.");
  visit.value("client_key", upstream.client_key, rule::client_key_file,
              "PEM file with the private key of `client_certificate`, not encrypted.");
  visit.value("send_proxy", upstream.send_proxy,
              rule::word<net::proxy_version>{{}, enum_names::proxy_versions},
              "Whether each connection begins with a header of the PROXY protocol, of version 1 or "
              "2, that says who the client is. Then each request has a connection of its own. See "
              "[peers](peers.md#to-an-upstream).");
  auto balance = written_balance(upstream);
  visit.value("balance", balance,
              rule::text{{},
                         "\"least\", or \"hash:\" and the name of a claim, or a path to one",
                         rule::is_balance,
                         false,
                         "`\"least\"` or `\"hash:CLAIM\"`"},
              "Which address a request goes to: of two by chance the one with fewer requests under "
              "way, or always the same one for the same value of a claim.");
  visit.after_read([&] { take_balance(upstream, balance); });
  describe_health(visit, upstream);
  describe_traffic(visit, upstream);
  visit.section("timeouts", upstream.timeouts, "What takes the upstream longer is ended.");
  visit.section("limits", upstream.head, "Of the heads of its answers.");
}

template <class Visitor>
void describe(Visitor& visit, edge::claim_header& header) {
  auto claim = rule::claim_name;
  claim.required = true;
  visit.value("claim", header.claim, claim, "The claim, by name or path.");
  visit.value("form", header.form, rule::word<edge::claim_form>{{}, enum_names::claim_forms},
              "How it is written.");
  visit.value("separator", header.separator,
              rule::text{{}, "what stands between the elements of an array"},
              "What stands between the elements of an array.");
}

inline rule::named_items<edge::claim_header> claims_to_headers_rule() {
  return {{},
          &edge::claim_header::name,
          &edge::claim_header::claim,
          rule::claim_name,
          "a table of header fields, like { \"x-user\" = \"sub\" }",
          "the name of a claim, a path of up to 16 dots to one, or a table of claim, form and "
          "separator",
          "table of names to `\"CLAIM\"` or `{ claim, form, separator }`"};
}

template <class Visitor>
void describe(Visitor& visit, forward_auth_config& forward_auth) {
  visit.value("path", forward_auth.path,
              rule::text{{}, "a path, like \"/_latchkey/check\"", rule::is_request_path, true},
              "Where it is asked, and all below it; empty: nowhere.");
  visit.list("trusted_proxies", forward_auth.trusted_proxies, rule::network_address, 0,
             "Addresses and networks of the proxies that may ask, by who has connected. What they "
             "say of the client is believed, as of `server.trusted_proxies`; everybody else is "
             "told 403.");
  visit.map("claims_to_headers", forward_auth.claims, claims_to_headers_rule(),
            "Header fields that the proxy is told, of routes that have no `claims_to_headers` of "
            "their own.");
}

// Of [[route]].
template <class Visitor>
void describe_forward(Visitor& visit, edge::forward_settings& forward) {
  using namespace std::chrono_literals;
  visit.value(
      "strip_prefix", forward.rewrite.from, rule::optional_text,
      "Taken off the front of the path that the upstream is asked for, at a whole segment.");
  visit.value("replace_prefix", forward.rewrite.to, rule::optional_text,
              "Put in the place of `strip_prefix`; where that is not set, of all of `path` before "
              "its `/*`.");
  visit.map("claims_to_headers", forward.headers.claims, claims_to_headers_rule(),
            "Header fields that the upstream is sent, each from a claim, a name or a "
            "[path](#names-and-paths-of-claims), or from the [client's "
            "certificate](client-certificates.md#what-upstreams-are-told), like "
            "`\"cert.subject\"`. `form`: `\"plain\"` (where it is not set), "
            "`\"json\"`, `\"percent\"` or `\"base64url\"`; `separator` of an array's elements: "
            "`\",\"`. A client cannot set them, nor those of other routes to the same upstream.");
  visit.value("token_to_upstream", forward.headers.token,
              rule::word<edge::token_to_upstream>{{}, enum_names::token_to_upstream},
              "Whether the upstream is sent the token: as it came, not, or its claims in the field "
              "`x-jwt-claims`, as JSON in base64url.");
  auto host = written_host(forward.headers);
  visit.value(
      "host", host,
      rule::text{{},
                 "\"keep\", \"upstream\", or the host to ask for, like \"notes.example\"",
                 rule::is_sent_host,
                 false,
                 "`\"keep\"`, `\"upstream\"` or a host"},
      "What `Host` says: what the client asked for, the address of the upstream, or a name.");
  visit.after_read([&] { take_host(forward.headers, host); });
  visit.list("upgrades", forward.headers.upgrades,
             rule::text{{.distinct = true}, "the name of a protocol, like \"websocket\""}, 0,
             "Protocols that a connection may be upgraded to.");
  visit.list(
      "let_through", forward.headers.let_through,
      rule::text{{.distinct = true}, "the name of a header field", rule::is_field_name}, 0,
      "Fields of the client that are dropped otherwise, since they say who it is or steer the "
      "upstream (see [edge](edge.md)), and that the upstream may take from anybody.");
  visit.value("end_with_token", forward.end_with_token, rule::flag{},
              "What is forwarded, up or down, ends when the token does that asked for it.");
  visit.value("answer_timeout", forward.answer_timeout, rule::lasting(0ms, 24h),
              "In the place of `timeouts.answer` of the upstream; `\"0s\"`: what that says.");
  visit.value("idle_timeout", forward.idle_timeout, rule::lasting(0ms, 24h),
              "In the place of `timeouts.idle` of the upstream; `\"0s\"`: what that says.");
}

}  // namespace latchkey::app
