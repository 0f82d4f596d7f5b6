#include "config_check_keys.hpp"

#include "config_rules.hpp"
#include "config_text.hpp"
#include "key_set_fault.hpp"

#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

std::string quoted(core::steady_duration value) {
  return rule::duration{}.write(value);
}

// Reports `first` where it is more than `second`.
void check_order(const std::string& table, std::pair<const char*, core::steady_duration> first,
                 std::pair<const char*, core::steady_duration> second, report& problems) {
  if (first.second <= second.second) return;
  problems.add_found(table + '.' + first.first, "found " + quoted(first.second) +
                                                    ", which is more than " + second.first + " (" +
                                                    quoted(second.second) + ")");
}

// The moment of renewal has to fall within the age, and not at its very beginning.
void check_jitter(const auth::refresh_settings& refresh, const std::string& table,
                  report& problems) {
  constexpr long min_ahead = 10;
  constexpr long max_ahead = 100;
  const auto ahead = std::lround(100 * refresh.refresh_ahead);
  const auto jitter = std::lround(100 * refresh.jitter);
  if (ahead >= jitter + min_ahead && ahead + jitter <= max_ahead) return;
  problems.add_found(table + ".jitter", "found " + std::to_string(jitter) +
                                            ", which moves refresh_ahead (" +
                                            std::to_string(ahead) + ") out of 10 to 100");
}

void check_cache(const cache_config& cache, const std::string& table, report& problems) {
  const auto& refresh = cache.keys.refresh;
  if (refresh.max_stale != milliseconds{0} && refresh.max_stale < refresh.max_age) {
    problems.add_found(table + ".max_stale", "found " + quoted(refresh.max_stale) +
                                                 ", which is less than max_age (" +
                                                 quoted(refresh.max_age) + ")");
  }
  check_order(table, {"shortest_max_age", refresh.shortest_max_age},
              {"longest_max_age", refresh.longest_max_age}, problems);
  check_order(table, {"backoff_first", refresh.backoff_first}, {"backoff_max", refresh.backoff_max},
              problems);
  check_order(table, {"connect_timeout", cache.connect_timeout},
              {"total_timeout", cache.keys.fetch_timeout}, problems);
  check_jitter(refresh, table, problems);
}

void check_discovery(const issuer_config& issuer, const std::string& table, report& problems) {
  if (issuer.issuer.empty()) return;
  if (!issuer.tenants.empty()) {
    return problems.add_found(
        table + ".jwks_uri",
        "missing; an issuer of several tenants cannot be asked for its keys; expected jwks_uri "
        "(\"https://login.microsoftonline.com/common/discovery/v2.0/keys\" for Entra), jwks_file "
        "or jwks");
  }
  const auto where = http::parse_url(issuer.issuer);
  const bool plain = where && issuer.issuer.find('?') == issuer.issuer.npos;
  const bool local = plain && where->loopback;
  if (local ? issuer.allow_internal : plain && (where->secure || issuer.allow_http)) return;
  problems.add_found(
      table + ".jwks_uri",
      local ? "missing; an issuer on this machine is asked for its keys with allow_internal = true "
              "only; expected that, or one of jwks_uri, jwks_file and jwks"
      : plain
          ? "missing; an issuer at an http address is asked for its keys with allow_http = true "
            "only, since anybody on the way could answer with keys of his own; expected that, "
            "or one of jwks_uri, jwks_file and jwks"
          : "missing; discovery needs an issuer that is an https URL without query or fragment; "
            "expected one of jwks_uri, jwks_file and jwks");
}

void check_address(const issuer_config& issuer, const std::string& table, report& problems) {
  const auto where = http::parse_url(issuer.jwks_uri);
  if (!where || http::is_secure(*where) || issuer.allow_http) return;
  problems.add_found(table + ".jwks_uri",
                     "found " + shown_string(issuer.jwks_uri) +
                         ", over which anybody on the way could answer with keys of his own; "
                         "expected an https URL, or allow_http = true of this issuer");
}

void check_inline(const issuer_config& issuer, const std::string& table, report& problems) {
  const auto fault = key_set_fault(issuer.jwks, issuer.cache.keys.limits, problems.stopped());
  if (fault.empty()) return;
  problems.add_found(table + ".jwks", "found a string that is no usable key set: " + fault);
}

// What says how to reach the provider says nothing where nobody is asked.
void check_nothing_is_fetched(const issuer_config& issuer, const std::string& table,
                              const std::string& source, report& problems) {
  const std::array<std::pair<const char*, bool>, 8> all = {
      {{"allow_internal", issuer.allow_internal},
       {"allow_http", issuer.allow_http},
       {"ca_file", !issuer.ca_file.empty()},
       {"client_certificate", !issuer.client_certificate.empty()},
       {"client_key", !issuer.client_key.empty()},
       {"client_certificate_origins", !issuer.client_certificate_origins.empty()},
       {"proxy", !issuer.proxy.empty()},
       {"header", !issuer.headers.empty()}}};
  for (const auto& [key, given] : all) {
    if (!given) continue;
    problems.add_found(table + '.' + key,
                       "found beside " + source + ", with which nothing is fetched; leave it out");
  }
}

void check_source(const issuer_config& issuer, const std::string& table, report& problems) {
  const std::array<std::pair<const char*, bool>, 3> all = {
      {{"jwks_uri", !issuer.jwks_uri.empty()},
       {"jwks_file", !issuer.jwks_file.empty()},
       {"jwks", !issuer.jwks.empty()}}};
  std::string source;
  for (const auto& [key, given] : all) {
    // One that was refused was meant to be the source.
    if (problems.blames(table + '.' + key)) return;
    if (!given) continue;
    if (!source.empty()) {
      return problems.add_found(
          table + '.' + key,
          "found beside " + source + "; expected at most one of jwks_uri, jwks_file and jwks");
    }
    source = key;
  }
  if (source.empty()) return check_discovery(issuer, table, problems);
  if (source == "jwks_uri") return check_address(issuer, table, problems);
  check_nothing_is_fetched(issuer, table, source, problems);
  if (source == "jwks") check_inline(issuer, table, problems);
}

void check_client(const issuer_config& issuer, const std::string& table, report& problems) {
  const bool none = issuer.client_certificate.empty() && issuer.client_key.empty();
  const auto origins = table + ".client_certificate_origins";
  if (none && !issuer.client_certificate_origins.empty() && !problems.blames(origins) &&
      !problems.blames(table + ".client_certificate")) {
    problems.add_found(origins, "found without client_certificate, which it is about");
  }
  if (issuer.client_certificate.empty() == issuer.client_key.empty()) return;
  problems.add_found(table + (issuer.client_key.empty() ? ".client_key" : ".client_certificate"),
                     "missing; client_certificate and client_key are set together or not at all");
}

void check_value(const header_config& header, const std::string& table, report& problems) {
  const bool refused = problems.blames(table + ".value") || problems.blames(table + ".value_file");
  const bool text = !header.value.empty();
  const bool file = !header.value_file.empty();
  if (text && file) {
    problems.add_found(table + ".value_file", "found beside value; expected one of the two");
  }
  if (!text && !file && !refused) {
    problems.add_found(table + ".value", "missing; expected this, or value_file");
  }
  if (!header.value_prefix.empty() && !file) {
    problems.add_found(table + ".value_prefix",
                       "found without value_file, before whose value it stands");
  }
}

}  // namespace

void check_headers(const std::vector<header_config>& headers, const std::string& table,
                   report& problems) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    check_value(headers[i], table + ".header." + std::to_string(i), problems);
    for (std::size_t j = 0; j < i; ++j) {
      if (!http::same_name(headers[i].name, headers[j].name) || headers[i].name.empty()) continue;
      problems.add_found(table + ".header." + std::to_string(i) + ".name",
                         "found " + shown_string(headers[i].name) + ", which is header." +
                             std::to_string(j) + " already");
    }
  }
}

void check_keys(const issuer_config& issuer, const std::string& table, report& problems) {
  check_source(issuer, table, problems);
  check_client(issuer, table, problems);
  check_headers(issuer.headers, table, problems);
  check_cache(issuer.cache, table + ".cache", problems);
}

}  // namespace latchkey::app
