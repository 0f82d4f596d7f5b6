// The keys of [server], [admin] and [log]: a part of config_describe, which says how it is read.
#pragma once

#include "config_names.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/net/certificate_names.hpp>

#include <algorithm>
#include <chrono>

namespace latchkey::app {

template <class Visitor>
void describe(Visitor& visit, tls_config& tls) {
  visit.value("certificate", tls.certificate,
              rule::path{{.required = true}, "the path of a PEM file with the certificate chain"},
              "PEM file with the server's certificate first, then its chain.");
  visit.value("private_key", tls.private_key,
              rule::path{{.required = true}, "the path of a PEM file with the private key"},
              "PEM file with the private key of the certificate, not encrypted.");
}

template <class Visitor>
void describe(Visitor& visit, certificate_config& one) {
  visit.value("certificate", one.certificate,
              rule::path{{.required = true}, "the path of a PEM file with the certificate chain"},
              "PEM file with the certificate first, then its chain.");
  visit.value("private_key", one.private_key,
              rule::path{{.required = true}, "the path of a PEM file with the private key"},
              "PEM file with the private key of the certificate, not encrypted.");
  visit.list(
      "names", one.names,
      rule::text{{.distinct = true},
                 "the name of a host, or \"*.\" before one for any first label",
                 net::is_certificate_name,
                 false,
                 "name"},
      0, "Names it is for, `*.` before one for any first label; none: those in the certificate.");
}

template <class Visitor>
void describe(Visitor& visit, listener_config& one) {
  auto address = rule::listen_address;
  address.required = true;
  address.distinct = true;
  visit.list("listen", one.listen, address, 1,
             "Addresses, as in `server.listen`; none stands in two places.");
  visit.value("proxy_protocol", one.proxy_protocol, rule::flag{},
              "Whether each connection begins with a header of the PROXY protocol, version 1 or 2, "
              "which says who the client is. It is believed of `server.trusted_proxies` alone: "
              "everybody else is refused. See [peers](peers.md#proxy-protocol).");
  visit.value("plain_http", one.plain_http, rule::word<plain_http>{{}, enum_names::plain_https},
              "Whether connections come without TLS, so that tokens can be read on their way: "
              "`\"loopback\"`, where all its addresses are of this machine alone, for proxies that "
              "ask from here ([forward-auth](forward-auth.md)); `\"anywhere\"`, where something "
              "else protects the network.");
  visit.value("client_auth", one.client_auth,
              rule::word<net::client_auth>{{}, enum_names::client_auths},
              "Whether clients are asked for a certificate in the handshake (see [client "
              "certificates](client-certificates.md)). With `\"optional\"` one without any is let "
              "in, and one that is bad ends the handshake all the same.");
  visit.value("client_ca", one.client_ca, rule::authorities_file,
              "PEM file with the authorities whose clients are let in; with `client_auth`.");
  visit.value("client_crl", one.client_crl, rule::revocations_file,
              "PEM file with revocation lists of those authorities, at most 1 MiB; empty: nobody "
              "is revoked. Certificates of an authority whose list is missing or has expired are "
              "refused.");
}

template <class Visitor>
void describe(Visitor& visit, limits_config& limits) {
  visit.value("request_line", limits.head.start_line, rule::between(64, 65'536),
              "Bytes of the request line; longer is answered with 414.");
  visit.value("header_bytes", limits.head.bytes, rule::between(1024, 1'048'576),
              "Bytes of the whole request head; longer is answered with 431.");
  visit.value("header_count", limits.head.fields, rule::between(1, 10'000),
              "Header fields of a request.");
  visit.value("body_bytes", limits.body_bytes, rule::between(0, 1'073'741'824),
              "Bytes of a request body; longer is answered with 413.");
  // Where a small head is asked for, a token has to fit it unless something else is said.
  visit.after_read(
      [&limits] { limits.token_bytes = std::min(limits.token_bytes, limits.head.bytes); });
  visit.value("token_bytes", limits.token_bytes, rule::between(256, 65'536),
              "Bytes of a token; a longer one is refused before it is decoded. Where it is not set "
              "and `header_bytes` is less, it is that.");
  visit.value("connections", limits.connections, rule::between(1, 1'000'000),
              "Connections open at once; fewer where the limit of open files (`ulimit -n`) has no "
              "room for so many.");
  visit.value(
      "connections_per_client", limits.connections_per_client, rule::between(0, 1'000'000),
      "Connections open at once of one client, an IPv4 address or an IPv6 network of 64 bits; a "
      "further one is closed. 0: no bound. Behind a proxy that does not "
      "speak the PROXY protocol all connections are of one client. See [peers](peers.md).");
}

template <class Visitor>
void describe(Visitor& visit, timeouts_config& timeouts) {
  using namespace std::chrono_literals;
  constexpr auto allowed = rule::lasting(1ms, 1h);
  visit.value("handshake", timeouts.session.handshake, allowed,
              "For the TLS handshake, and a header of the PROXY protocol before it.");
  visit.value("head", timeouts.session.head, allowed,
              "From its first byte to its last; that of a connection's first request, from the end "
              "of the handshake.");
  visit.value("body", timeouts.session.body, allowed, "For the request body.");
  visit.value("idle", timeouts.session.idle, allowed, "Between two requests of one connection.");
  visit.value("write", timeouts.session.write, allowed,
              "For the client to take 64 KiB of the answer; begins anew with each 64 KiB.");
  visit.value("request", timeouts.request, allowed,
              "From the request head to the answer, waiting for keys included.");
  visit.value("drain", timeouts.drain, allowed,
              "For requests under way when the server is told to stop.");
}

template <class Visitor>
void describe(Visitor& visit, header_field_config& field) {
  auto value = rule::answer_value;
  value.required = true;
  visit.value("value", field.value, value, "Its value.");
}

template <class Visitor>
void describe(Visitor& visit, headers_config& headers) {
  visit.value("hsts", headers.hsts,
              rule::text{{},
                         "a max-age in seconds, perhaps with includeSubDomains and preload, like "
                         "\"max-age=31536000; includeSubDomains\"",
                         rule::is_hsts,
                         true},
              "`Strict-Transport-Security`: for how long browsers ask this host by https only, "
              "whatever becomes of this server. Empty: not said.");
  visit.value("content_type_options", headers.content_type_options, rule::flag{},
              "`X-Content-Type-Options: nosniff`.");
  visit.value("frame_options", headers.frame_options,
              rule::word<std::string>{{}, enum_names::frame_options, true},
              "`X-Frame-Options`. Empty: not said.");
  visit.value("referrer_policy", headers.referrer_policy,
              rule::word<std::string>{{}, enum_names::referrer_policies, true},
              "`Referrer-Policy`. Empty: not said.");
  visit.map("fields", headers.fields,
            rule::named_items<header_field_config>{{},
                                                   &header_field_config::name,
                                                   &header_field_config::value,
                                                   rule::answer_value,
                                                   "a table of names of fields to their values",
                                                   "a value: visible ASCII, spaces within",
                                                   "table of names to strings"},
            "Further fields, such as `Permissions-Policy`.");
}

template <class Visitor>
void describe(Visitor& visit, server_config& server) {
  visit.list("listen", server.listen, rule::distinct(rule::listen_address), 0,
             "Addresses to listen on, each an IP address and a port; port 0 takes a free one. "
             "`systemd:NAME` is the socket of that name which [the service manager "
             "opens](operate.md#sockets-that-systemd-opens). Empty: those of `[[server.listener]]` "
             "alone.");
  visit.value("ipv6_only", server.ipv6_only, rule::flag{},
              "Whether `[::]` takes IPv6 clients alone; else those of IPv4, too.");
  visit.value("share_addresses", server.share_addresses, rule::flag{},
              "Whether another process of the same user may listen at the same addresses, to [take "
              "over](reload.md#a-new-process-takes-over) from this one; also for `admin.listen`.");
  visit.value("workers", server.workers, rule::between(0, 1024),
              "Threads that serve requests; 0: one for each processor that the process may use, by "
              "its affinity and by the quota of its control group, rounded up.");
  visit.value(
      "insufficient_scope_status", server.insufficient_scope_status,
      rule::number{{}, 401, 403, true},
      "What a valid token without the scopes of a route is answered with. RFC 6750 says 403.");
  visit.list(
      "trusted_proxies", server.trusted_proxies, rule::network_address, 0,
      "Addresses and networks of proxies in front of this server, which are believed when they "
      "say who the client is, and whose `X-Forwarded-*` are continued towards upstreams; of "
      "everybody else they are dropped. See [peers](peers.md).");
  visit.value("reload", server.reload, rule::word<reload_mode>{{}, enum_names::reload_modes},
              "When the configuration is read anew: on SIGHUP and `POST /reload`, or also when one "
              "of its files has changed. See [reload](reload.md).");
  visit.value(
      "sandbox", server.sandbox,
      rule::word<sandbox_mode>{{}, enum_names::sandbox_modes, false, true},
      "Whether the process takes from itself, at its start, the files that it does not need "
      "(landlock) and the system's calls that it does not make (seccomp). See "
      "[operating](operate.md#the-sandbox).");
  visit.section("tls", server.tls, "The server's certificate.");
  visit.sections("certificate", server.certificates,
                 {.doc = "Certificates for the clients that ask for their names (SNI)."});
  visit.sections("listener", server.listeners,
                 {.doc = "Addresses, beside `server.listen`, whose connections have terms of their "
                         "own."});
  visit.section("limits", server.limits, "What is more is refused.");
  visit.section("timeouts", server.timeouts, "What takes longer is ended.");
  visit.section("headers", server.headers,
                "Fields added to all answers that do not have them (see [HTTP](http.md#fields-of-"
                "answers)).");
}

template <class Visitor>
void describe(Visitor& visit, admin_config& admin) {
  auto address = rule::listen_address;
  address.may_be_empty = true;
  address.called = "address or `\"\"`";
  address.wanted =
      "an address and a port, like \"127.0.0.1:9901\", \"systemd:NAME\", or \"\" for none";
  visit.value("listen", admin.listen, address,
              "Address of the admin listener (plain HTTP: /livez, /readyz, /metrics, /status, "
              "/log); empty for none.");
  visit.list("hosts", admin.hosts, rule::distinct(rule::host_name), 0,
             "Names that the admin listener is asked by, such as that of a container, beside IP "
             "addresses and `localhost`; any other `Host` is answered with 421.");
}

template <class Visitor>
void describe(Visitor& visit, log_file_config& file) {
  visit.value(
      "path", file.path, rule::path{{}, "the path of a file for the log", true},
      "The file, appended to; with the sink `\"file\"` or not at all. SIGUSR1 has it opened anew.");
  visit.value("max_bytes", file.max_bytes, rule::between(0, 1'099'511'627'776),
              "Bytes after which it is renamed to PATH.1, PATH.1 to PATH.2 and so on, and a new "
              "one is begun; 0: never.");
  visit.value("count", file.count, rule::between(0, 1000), "How many old files are kept.");
}

template <class Visitor>
void describe(Visitor& visit, log_config& log) {
  visit.list("sinks", log.sinks, rule::word<log_sink>{{.distinct = true}, enum_names::log_sinks}, 1,
             "Where it goes: standard output, the file of `[log.file]`, the system's log.");
  visit.value("format", log.format, rule::word<log_format>{{}, enum_names::log_formats},
              "One JSON object a line, or text for people.");
  visit.value("level", log.level, rule::word<log_level>{{}, enum_names::log_levels},
              "The least severe level that is logged; `/log` of the admin listener changes it at "
              "run time.");
  visit.value("sample_refusals", log.sample_refusals, rule::flag{},
              "Of refusals (4xx with a reason) the first of each reason and client in a second has "
              "a line; the "
              "rest is counted and told once a second (see [log](log.md#refusals)).");
  visit.section("file", log.file, "The file of the sink \"file\".");
}

}  // namespace latchkey::app
