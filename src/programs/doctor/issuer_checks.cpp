#include "issuer_checks.hpp"

#include "judge_clock.hpp"
#include "judge_keys.hpp"
#include "judge_way.hpp"
#include "latchkey/issuer_settings.hpp"

#include <latchkey/auth/discovery.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace latchkey::doctor {
namespace {

using async::task;
using std::chrono::seconds;

std::string text_of(const client::proxy_place& proxy) {
  return proxy.host + ':' + std::to_string(proxy.port);
}

auth::discovery_settings discovery_of(const app::issuer_config& issuer) {
  auth::discovery_settings finding_keys;
  finding_keys.issuer = issuer.issuer;
  finding_keys.allow_internal = issuer.allow_internal;
  finding_keys.allow_http = issuer.allow_http;
  return finding_keys;
}

// What is asked first.
std::string asked_first(const app::issuer_config& issuer) {
  if (!issuer.jwks_uri.empty()) return issuer.jwks_uri;
  return auth::find_metadata(discovery_of(issuer)).openid;
}

task<> check_way(common& with, slot& to, std::size_t index) {
  const auto& issuer = with.loaded.issuers[index];
  const auto subject = "issuer." + std::to_string(index);
  const auto url = asked_first(issuer);
  const auto where = http::parse_url(url);
  if (!where) co_return;
  const auto settings = programs::fetch_settings(issuer, with.network.proxy);
  const auto tls = where->secure ? tls_for(issuer, with) : tls_pair{};
  auto goal = destination_of(*where, tls);
  const auto& proxy = settings.proxy;
  if (where->secure && !proxy.url.empty() &&
      !client::is_direct(where->host, where->port, proxy.no_proxy)) {
    goal.proxy = client::parse_proxy(proxy.url);
  }
  const wanted_way wanted{subject,
                          goal.host,
                          where->secure,
                          goal.proxy ? text_of(*goal.proxy) : std::string{},
                          "ca_file of " + subject,
                          issuer.jwks_uri.empty() ? subject + ".issuer" : subject + ".jwks_uri"};
  const auto seen = co_await go(goal, with.network.names, with.clock, with.until);
  append(to.own, judge_way(wanted, seen, with.clock.wall()));
  const auto leeway = std::chrono::duration_cast<seconds>(issuer.clock_skew);
  if (auto clock = judge_clock(subject, seen, leeway)) to.own.push_back(std::move(*clock));
}

task<> check_keys(common& with, slot& to, std::size_t index) {
  const auto& issuer = with.loaded.issuers[index];
  const auto report = std::make_shared<auth::source_report>();
  const auto source = programs::source_for(issuer, with.clock, with.network, report);
  const auto got = co_await source("", with.until);
  seen_keys seen{"issuer." + std::to_string(index), programs::source_of(issuer), issuer.algorithms,
                 auth::judge_fetch(got, programs::keys_settings(issuer), {}), report->last()};
  if (!seen.outcome.error) with.keys[index] = seen.outcome.keys;
  append(to.own, judge_keys(seen));
}

// Where the keys' address is configured nobody asks for the metadata, whose name of the issuer is
// that of the tokens.
bool may_have_metadata(const app::issuer_config& issuer) {
  const auto where = http::parse_url(issuer.issuer);
  return !issuer.jwks_uri.empty() && issuer.tenants.empty() && where && where->query.empty() &&
         (where->secure || where->loopback);
}

task<> check_metadata(common& with, slot& to, std::size_t index) {
  auto asked = with.loaded.issuers[index];
  if (!may_have_metadata(asked)) co_return;
  asked.jwks_uri.clear();
  asked.headers.clear();
  asked.allow_internal = http::parse_url(asked.issuer)->loopback;
  const auto report = std::make_shared<auth::source_report>();
  const auto source = programs::source_for(asked, with.clock, with.network, report);
  const auto got = co_await source("", with.until);
  if (got.has_value()) co_return;
  append(to.own, judge_metadata("issuer." + std::to_string(index), asked.issuer, got.error(),
                                report->last()));
}

}  // namespace

void check_issuer(common& with, slot& to, std::size_t index) {
  const auto& issuer = with.loaded.issuers[index];
  const auto subject = "issuer." + std::to_string(index);
  if (issuer.jwks.empty() && issuer.jwks_file.empty()) {
    auto& way = to.parts.emplace_back();
    begin(with, way, subject, [&with, &way, index] { return check_way(with, way, index); });
    auto& metadata = to.parts.emplace_back();
    begin(with, metadata, subject,
          [&with, &metadata, index] { return check_metadata(with, metadata, index); });
  }
  auto& keys = to.parts.emplace_back();
  begin(with, keys, subject, [&with, &keys, index] { return check_keys(with, keys, index); });
}

}  // namespace latchkey::doctor
