// The keys of [verify] and [[issuer]]: a part of config_describe, which says how it is read.
#pragma once

#include "config_names.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/preset.hpp>
#include <latchkey/jose/issuer_template.hpp>

#include <chrono>

namespace latchkey::app {

template <class Visitor>
void describe(Visitor& visit, verify_config& verify) {
  visit.value("batch", verify.batch, rule::word<kernel_use>{{}, enum_names::kernel_uses},
              "Verify signatures that wait at the same time several at once where the processor "
              "can (AVX-512 IFMA, or AVX2 and FMA); `\"off\"` for one at a time.");
  visit.value("single", verify.single, rule::word<kernel_use>{{}, enum_names::kernel_uses},
              "Verify RSA signatures that are not in a batch without OpenSSL where the processor "
              "can (AVX-512 IFMA, or MULX and ADX); `\"off\"` for OpenSSL.");
  visit.value(
      "avx512", verify.avx512, rule::word<kernel_use>{{}, enum_names::kernel_uses},
      "Use AVX-512 for either where the processor has it; `\"off\"` for the next best: where "
      "wide registers lower the clock of what else runs there, or to measure that.");
  visit.value("token_cache_bytes", verify.token_cache_bytes, rule::between(0, 4'294'967'296),
              "Bytes of the cache of verified tokens, one for all threads; 0 turns it off, less "
              "than 65536 is refused.");
}

template <class Visitor>
void describe(Visitor& visit, cache_config& cache) {
  using namespace std::chrono_literals;
  auto& refresh = cache.keys.refresh;
  visit.value(
      "max_age", refresh.max_age, rule::lasting(1s, 24h),
      "Age at which keys are due for renewal where the provider's Cache-Control names none.");
  visit.value("shortest_max_age", refresh.shortest_max_age, rule::lasting(1s, 24h),
              "The shortest age that the provider's Cache-Control may name; less counts as this.");
  visit.value("longest_max_age", refresh.longest_max_age, rule::lasting(1s, 24h),
              "The longest age that the provider's Cache-Control may name; more counts as this.");
  visit.value("refresh_ahead", refresh.refresh_ahead, rule::percent{{}, 25, 90},
              "Per cent of that age at which renewal starts in the background.");
  visit.value("jitter", refresh.jitter, rule::percent{{}, 0, 20},
              "Per cent by which chance moves that moment, and the back-off, either way.");
  visit.value(
      "cooldown", refresh.cooldown, rule::lasting(1s, 1h),
      "Least time between two fetches caused by unknown key ids, counted from the last attempt.");
  visit.value(
      "client_share", refresh.client_share, rule::percent{{}, 1, 100},
      "Per cent of those fetches that one client address may cause in vain; 100: all of them.");
  visit.value("max_stale", refresh.max_stale, rule::lasting(0s, 720h),
              "Age past which keys are not used any more, even while the provider is down; "
              "`\"0s\"`: none past its max-age.");
  visit.value("negative_ttl", refresh.negative_ttl, rule::lasting(1s, 1h),
              "How long a key id the provider does not have is remembered.");
  visit.value("negative_kids", refresh.negative_kids, rule::between(0, 10'000),
              "How many such key ids are remembered.");
  visit.value("backoff_first", refresh.backoff_first, rule::lasting(100ms, 1h),
              "The first wait after a failure; it doubles with each further one.");
  visit.value("backoff_max", refresh.backoff_max, rule::lasting(1s, 1h),
              "The longest wait between attempts while the provider is down.");
  visit.value("connect_timeout", cache.connect_timeout, rule::lasting(1ms, 1min),
              "For connecting to the provider, TLS included.");
  visit.value("total_timeout", cache.keys.fetch_timeout, rule::lasting(1ms, 1min),
              "For the whole fetch.");
  visit.value("max_bytes", cache.keys.limits.bytes, rule::between(1024, 16'777'216),
              "Bytes of a key set; a larger one is refused.");
  visit.value("max_keys", cache.keys.limits.keys, rule::between(1, 10'000),
              "Keys of a key set; one with more is refused.");
}

template <class Visitor>
void describe(Visitor& visit, jose::required_claim& claim) {
  auto name = rule::claim_name;
  name.required = true;
  name.distinct = true;
  visit.list("names", claim.names, name, 1,
             "Names of the claim, or [paths](#names-and-paths-of-claims) to it: at least one must "
             "be there, and each that is there must be as `values` or `contains` say; with "
             "neither, a string that is not empty.");
  const rule::scalar value{{.distinct = true}, "a string, true, false or a number"};
  visit.list("values", claim.values, value, 0,
             "The claim must be one of these. Types are not converted: `\"true\"` is not `true`; "
             "`1` and `1.0` are one number.");
  visit.list("contains", claim.contains, value, 0,
             "The claim must be an array with one of these in it, or be one of them itself. Not "
             "beside `values`.");
}

// What a field says that a client of ours sends, kept from all who may read the configuration.
template <class Visitor>
void describe_field_value(Visitor& visit, header_config& header, std::string_view file_doc) {
  visit.value("value", header.value,
              rule::text{{.secret = true},
                         "the value of an HTTP field: visible ASCII",
                         rule::is_field_value,
                         true},
              "Its value, visible ASCII. Secret. Either this or `value_file`.");
  visit.value("value_file", header.value_file,
              rule::path{{}, "the path of a file with the value of an HTTP field", true}, file_doc);
  visit.value("value_prefix", header.value_prefix,
              rule::text{{},
                         "what stands before the value of a file, like \"Bearer \": visible ASCII",
                         rule::is_field_prefix,
                         true},
              "What stands before the value of `value_file`, like `\"Bearer \"`.");
}

template <class Visitor>
void describe(Visitor& visit, header_config& header) {
  visit.value("name", header.name,
              rule::text{{.required = true},
                         "the name of an HTTP field that the client does not set itself",
                         rule::is_own_field},
              "Name of the field; none that the client sets itself (`Host`, `Connection`, "
              "`Content-Length`, `Transfer-Encoding`, `Accept`, `Accept-Encoding`, `User-Agent`, "
              "`If-None-Match`, `TE`, `Upgrade`).");
  describe_field_value(
      visit, header,
      "File that holds the value, in one line of at most 16 KiB. Read anew for each "
      "request, so that a token which is renewed there is used at once.");
  visit.list("origins", header.origins,
             rule::text{{}, "an http or https URL, without user or fragment", rule::is_web_url}, 0,
             "Further URLs, to whose origins the field is sent, too.");
}

template <class Visitor>
void describe(Visitor& visit, auth::token_place& place) {
  visit.value(
      "header", place.header,
      rule::text{
          {}, "the name of an HTTP field that can carry a token", rule::is_token_field, true},
      "Name of the field. `Sec-WebSocket-Protocol` is read as the list it is.");
  visit.value("prefix", place.prefix,
              rule::text{{},
                         "what stands before the token: printable ASCII, no space first",
                         rule::is_token_prefix,
                         true},
              "What stands before the token in the field; empty: nothing. One that ends in a "
              "letter, a digit or a space is a word: a space follows it, or in "
              "`Sec-WebSocket-Protocol` the next element is the token.");
  visit.value("cookie", place.cookie,
              rule::text{{}, "the name of a cookie", rule::is_field_name, true},
              "Name of the cookie.");
}

template <class Visitor>
void describe(Visitor& visit, issuer_config& issuer) {
  using namespace std::chrono_literals;
  visit.value("issuer", issuer.issuer,
              rule::text{{.required = true},
                         "the issuer exactly as the tokens' \"iss\" has it",
                         rule::is_identifier},
              "The issuer, exactly as the \"iss\" claim of its tokens has it; with `tenants`, "
              "`{tenantid}` stands in it for the id of the token's tenant.");
  visit.list("tenants", issuer.tenants,
             rule::text{{.distinct = true},
                        "the id of a tenant: a UUID in lower case",
                        jose::is_tenant_id,
                        false,
                        "string",
                        "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
             0,
             "The ids of the tenants whose tokens are accepted, where `{tenantid}` stands in "
             "`issuer`: UUIDs in lower case. See [several tenants](providers.md#several-tenants).");
  visit.value("preset", issuer.preset, rule::word<provider>{{}, enum_names::providers},
              "The provider, for whose tokens `audience_claim`, `require_typ`, `scope_claims`, "
              "`algorithms` and a required claim are set then; a key that is given wins. See "
              "[providers](providers.md).");
  visit.after_read([&issuer] { apply_preset(issuer); });
  visit.value("jwks_uri", issuer.jwks_uri,
              rule::text{{},
                         "the https URL of the issuer's keys (http for this machine, or with "
                         "allow_http), without user or fragment",
                         rule::is_web_url,
                         true,
                         "URL"},
              "Where its keys are (a JWK set). https, or http on this machine or with "
              "`allow_http`. At most one of `jwks_uri`, `jwks_file` and `jwks`; with none of them "
              "the address is found by [discovery](#where-the-keys-come-from) from `issuer`.");
  visit.value("jwks_file", issuer.jwks_file,
              rule::path{{}, "the path of a file with the issuer's keys (a JWK set)", true},
              "File with its keys (a JWK set); looked at every two seconds, and used as soon as it "
              "is another.");
  visit.value("jwks", issuer.jwks,
              rule::text{{}, "the issuer's keys themselves (a JWK set) as a string", nullptr, true},
              "Its keys (a JWK set) themselves, as a string.");
  visit.value("allow_internal", issuer.allow_internal, rule::flag{},
              "Discovery may ask this machine and lead to it, to its link, and to where clouds "
              "keep metadata.");
  visit.value("allow_http", issuer.allow_http, rule::flag{},
              "Keys and metadata may come over http from other machines, too. Whoever is on the "
              "way can answer with keys of their own, and make tokens that are accepted.");
  visit.list("audiences", issuer.audiences,
             rule::text{{.required = true,
                         .when_missing = " (a token made for somebody else must not pass)",
                         .distinct = true},
                        "an audience as the tokens name it",
                        rule::is_identifier},
             1, "A token must be meant for one of these.");
  visit.value("audience_claim", issuer.audience_claim,
              rule::text{{}, "the name of a claim, \"aud\" or \"client_id\"", rule::is_identifier},
              "The claim that names the audience; \"client_id\" for access tokens of Amazon "
              "Cognito, which have no \"aud\".");
  visit.value("require_typ", issuer.require_typ,
              rule::word<jose::required_type>{{}, enum_names::required_types},
              "What the header's `typ` must be: `\"at+jwt\"` for the access tokens of RFC 9068 "
              "only, `\"JWT\"`, or `\"any\"` of absent, JWT, JOSE and at+jwt. Every other `typ` is "
              "refused in any case.");
  visit.list("scope_claims", issuer.scope_claims, rule::distinct(rule::claim_name), 1,
             "The claims that are read as scopes, all of them together: names, or "
             "[paths](#names-and-paths-of-claims).");
  visit.list(
      "algorithms", issuer.algorithms,
      rule::word<std::string>{{.distinct = true}, enum_names::algorithms}, 1,
      "Signature algorithms that are accepted. Each needs keys of its own kind. `\"Ed25519\"` (RFC "
      "9864) is another name of `\"EdDSA\"`: tokens and keys may have either.");
  visit.value("clock_skew", issuer.clock_skew, rule::duration{{}, 0s, 5min, 1s},
              "How far the issuer's clock may be from ours, in whole seconds.");
  visit.value("max_token_age", issuer.max_token_age, rule::duration{{}, 0s, 8760h, 1s},
              "How old a token may be by its `iat`, in whole seconds; a token without `iat`, or "
              "with one in the future, is refused then. `\"0s\"`: as old as its `exp` allows.");
  visit.value("bound_tokens", issuer.bound_tokens,
              rule::word<jose::bound_tokens>{{}, enum_names::bound_tokens},
              "What becomes of tokens that are bound to a key of their holder (`cnf`: DPoP, mutual "
              "TLS), since the binding is not checked here. `\"ignore\"` takes them like any "
              "other, so that whoever steals one can use it.");
  visit.value("ca_file", issuer.ca_file, rule::authorities_file,
              "PEM file with the authorities to trust for the issuer's addresses; empty: those of "
              "this machine. The issuing authority alone is enough.");
  visit.value("client_certificate", issuer.client_certificate, rule::client_certificate_file,
              "PEM file with the certificate chain that this server proves itself with to the "
              "issuer (mutual TLS); with `client_key` or not at all.");
  visit.value("client_key", issuer.client_key, rule::client_key_file,
              "PEM file with the private key of `client_certificate`, not encrypted.");
  visit.list(
      "client_certificate_origins", issuer.client_certificate_origins,
      rule::text{{}, "an http or https URL, without user or fragment", rule::is_web_url}, 0,
      "The certificate is shown to the origin (scheme, host and port) of `jwks_uri`, with "
      "discovery to that of `issuer`; these are further URLs, to whose origins it is shown, too.");
  visit.value("proxy", issuer.proxy,
              rule::text{{.secret = true},
                         "\"http://host:port\" of a proxy, \"none\", or \"\" for the environment's",
                         rule::is_proxy,
                         true,
                         "`\"http://[user:password@]host[:port]\"`, `\"none\"` or `\"\"`"},
              "HTTP proxy through which the issuer's https addresses are reached; `\"none\"`: "
              "directly; empty: what `HTTPS_PROXY` and `NO_PROXY` of the environment say. Secret.");
  visit.section("cache", issuer.cache, "How its keys are kept and fetched.");
  visit.sections("header", issuer.headers,
                 {.doc = "A field sent with each request to the provider."});
  visit.sections("token_from", issuer.token_from,
                 {.doc = "A place where the issuer's tokens may be, beside the Authorization "
                         "field: a field or a cookie.",
                  .max_items = 8});
  visit.sections("required_claim", issuer.required_claims,
                 {.doc = "A claim a token must have, to tell it from others of the same issuer."});
  visit.after_read([&issuer] { add_preset_claim(issuer); });
}

}  // namespace latchkey::app
