#include "network_checks.hpp"

#include "judge_clock.hpp"
#include "judge_keys.hpp"
#include "judge_way.hpp"
#include "latchkey/issuer_settings.hpp"
#include "latchkey/issuer_source.hpp"
#include "probe.hpp"

#include <latchkey/auth/discovery.hpp>
#include <latchkey/edge/place.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/jose/issuer_template.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/proxy_header.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

namespace latchkey::doctor {
namespace {

using async::task;
using std::chrono::seconds;

// Findings that come from several tasks, in the order in which the tasks were begun.
struct slot {
  findings own;
  std::deque<slot> parts;
};

// What several of them met is told once.
void collect(slot& from, findings& to) {
  for (auto& one : from.own) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(std::move(one));
  }
  for (auto& one : from.parts) collect(one, to);
}

// What all tasks share; outlives them.
struct common {
  const app::config& loaded;
  programs::network network;
  core::clock clock;
  core::deadline until;
  async::executor on;
  std::vector<std::shared_ptr<const jose::key_set>> keys;
};

// Runs it; what it throws is a fault of `subject`.
template <class Work>
void begin(common& with, slot& to, std::string subject, Work work) {
  auto caught = [&to, subject = std::move(subject)](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& refused) {
      to.own.push_back(fault("settings", subject, refused.what(), "correct " + subject));
    }
  };
  async::asio::co_spawn(with.on, std::move(work), std::move(caught));
}

struct tls_pair {
  std::shared_ptr<const net::client_tls> strict;
  std::shared_ptr<const net::client_tls> lenient;
};

template <class Settings>
tls_pair tls_for(const Settings& of, common& with) {
  net::client_tls_settings settings;
  settings.trusted = with.network.authorities->of(of.ca_file);
  if constexpr (requires { of.client_certificate; }) {
    settings.certificate = of.client_certificate;
    settings.private_key = of.client_key;
  }
  auto strict = std::make_shared<const net::client_tls>(settings);
  settings.verify = false;
  return {std::move(strict), std::make_shared<const net::client_tls>(settings)};
}

std::string text_of(const client::proxy_place& proxy) {
  return proxy.host + ':' + std::to_string(proxy.port);
}

// To the place of a URL, whose path is asked for.
destination destination_of(const http::url& where, const tls_pair& tls) {
  destination to;
  to.host = where.host;
  to.port = where.port;
  to.authority = where.authority;
  to.target = where.path.empty() ? "/" : where.path;
  if (!where.query.empty()) to.target.append("?").append(where.query);
  to.tls_host = where.host;
  if (where.secure) {
    to.strict = tls.strict;
    to.lenient = tls.lenient;
  }
  return to;
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

findings judge_health(const std::string& subject, const std::string& path, const seen_way& seen) {
  if (path.empty() || seen.got != reached::answer) return {};
  const auto text = "GET " + path + " at " + seen.address + ": " + std::to_string(seen.status);
  if (seen.status / 100 == 2 || seen.status / 100 == 3) return {good("health", subject, text)};
  return {fault("health", subject, text,
                "an address whose health_path is not 2xx or 3xx is not used: correct health_path, "
                "or look at the upstream's log")};
}

// One address that a name of an upstream leads to.
task<> check_place(common& with, slot& to, destination goal, wanted_way wanted, edge::place at,
                   std::string health) {
  auto seen = co_await go_to(goal, at.where, with.clock, with.until);
  append(to.own, judge_way(wanted, seen, with.clock.wall()));
  append(to.own, judge_health(wanted.subject, health, seen));
}

task<> check_address(common& with, slot& to, std::size_t index, std::string url) {
  const auto& upstream = with.loaded.upstreams[index];
  const auto named = edge::parse_place(url);
  if (!named) co_return;
  const auto tls = named->secure ? tls_for(upstream, with) : tls_pair{};
  const auto subject = "upstream." + std::to_string(index);
  destination goal;
  goal.host = named->host;
  goal.port = named->port;
  goal.authority = named->authority;
  goal.target = upstream.health_path;
  goal.first = net::make_proxy_header(upstream.send_proxy, {});
  goal.tls_host = upstream.server_name.empty() ? named->host : upstream.server_name;
  if (named->secure) {
    goal.strict = tls.strict;
    goal.lenient = tls.lenient;
  }
  const wanted_way wanted{subject, goal.tls_host,           named->secure,
                          {},      "ca_file of " + subject, subject + ".server_name"};
  const auto found = co_await look_up(goal, with.network.names, with.until);
  seen_way name;
  core::error_code no_address;
  boost::asio::ip::make_address(goal.host, no_address);
  if (no_address) name.looked_up = goal.host;
  if (found.has_error()) {
    name.looked_up = goal.host;
    name.error = found.error();
    append(to.own, judge_way(wanted, name, with.clock.wall()));
    co_return;
  }
  if (no_address) {
    for (const auto& one : found->all) name.addresses.push_back(one.address().to_string());
    to.own.push_back(judge_name(wanted, name));
  }
  for (const auto& at : edge::places_of(*named, upstream.server_name, found->all)) {
    auto& part = to.parts.emplace_back();
    begin(with, part, subject, [&with, &part, goal, wanted, at, health = upstream.health_path] {
      return check_place(with, part, goal, wanted, at, health);
    });
  }
}

// What is lost there is no request's.
void soften(findings& all) {
  for (auto& one : all) {
    if (one.state == grade::fault) one.state = grade::warning;
  }
}

task<> check_collector(common& with, slot& to) {
  const auto& trace = with.loaded.trace;
  const auto where = http::parse_url(trace.endpoint);
  if (!where) co_return;
  const auto tls = where->secure ? tls_for(trace, with) : tls_pair{};
  auto goal = destination_of(*where, tls);
  // To ask would be to send.
  goal.target.clear();
  const wanted_way wanted{"trace.endpoint", goal.host,       where->secure, {},
                          "trace.ca_file",  "trace.endpoint"};
  const auto seen = co_await go(goal, with.network.names, with.clock, with.until);
  append(to.own, judge_way(wanted, seen, with.clock.wall()));
  soften(to.own);
}

}  // namespace

network_findings check_network(const app::config& loaded, const client::proxy_settings& proxy,
                               const core::clock& clock, std::chrono::milliseconds patience) {
  async::asio::io_context context{1};
  // Names that are never answered keep no others from being looked up.
  const auto lookups = std::max<std::size_t>(64, net::resolver::usual_lookups);
  common with{loaded,
              {proxy, net::resolver{net::system_lookup, lookups},
               std::make_shared<client::authority_cache>()},
              clock,
              core::deadline{clock.steady() + patience},
              context.get_executor(),
              {}};
  with.keys.resize(loaded.issuers.size());
  slot root;
  for (std::size_t i = 0; i < loaded.issuers.size(); ++i) {
    check_issuer(with, root.parts.emplace_back(), i);
  }
  for (std::size_t i = 0; i < loaded.upstreams.size(); ++i) {
    for (const auto& url : loaded.upstreams[i].addresses) {
      auto& part = root.parts.emplace_back();
      begin(with, part, "upstream." + std::to_string(i),
            [&with, &part, i, url] { return check_address(with, part, i, url); });
    }
  }
  if (loaded.trace.enabled && !loaded.trace.endpoint.empty()) {
    auto& part = root.parts.emplace_back();
    begin(with, part, "trace", [&with, &part] { return check_collector(with, part); });
  }
  context.run();
  network_findings made;
  collect(root, made.all);
  made.keys = std::move(with.keys);
  return made;
}

}  // namespace latchkey::doctor
