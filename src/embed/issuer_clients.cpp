#include "issuer_clients.hpp"

#include <latchkey/auth/key_source.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http/url.hpp>

#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>

namespace latchkey::embed {
namespace {

using namespace std::chrono_literals;

bool on_this_machine(const std::string& url) {
  const auto where = http::parse_url(url);
  return where && where->loopback;
}

auth::key_source source_of(const issuer& of, const auth::jwks_settings& settings,
                           const core::clock& clock) {
  if (!of.jwks_file.empty()) return auth::keys_in_file(of.jwks_file, settings.limits.bytes);
  client::https_client_settings reaching;
  reaching.ca_file = of.ca_file;
  auto fetch = client::https_client{std::move(reaching)}.as_fetch();
  if (!of.jwks_uri.empty()) return auth::keys_at(std::move(fetch), of.jwks_uri);
  auth::discovery_settings finding;
  finding.issuer = of.rules.issuer;
  // A provider that is on this machine has its keys there, too.
  finding.allow_internal = on_this_machine(of.rules.issuer);
  return auth::keys_discovered(std::move(fetch), clock, std::move(finding));
}

// A file is looked at every other second, which costs next to nothing; one that is replaced badly
// leaves the good keys in use.
void poll(auth::refresh_settings& refresh) {
  refresh.max_age = refresh.shortest_max_age = refresh.longest_max_age = 2s;
  refresh.cooldown = 1s;
  refresh.backoff_first = refresh.backoff_max = 2s;
  refresh.max_stale = std::chrono::hours{24 * 365};
}

}  // namespace

std::vector<auth::trusted_issuer> trust(const std::vector<issuer>& issuers,
                                        const core::clock& clock, const async::executor& home,
                                        const async::io_pool* readers) {
  if (issuers.empty()) throw std::invalid_argument{"no issuer: no token could be accepted"};
  std::vector<auth::trusted_issuer> made;
  for (const auto& one : issuers) {
    if (!one.jwks_file.empty() && !one.jwks_uri.empty()) {
      throw std::invalid_argument{"issuer \"" + one.rules.issuer +
                                  "\": keys are in a file or at an address, not both"};
    }
    auth::jwks_settings settings;
    if (!one.jwks_file.empty()) poll(settings.refresh);
    const auto random = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
      return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
    };
    auto keys = std::make_shared<auth::jwks_client>(
        settings, source_of(one, settings, clock), clock, home, random,
        auth::jwks_client::observer{}, std::make_unique<async::background_thread>(), readers);
    made.push_back({one.rules, one.header, std::move(keys)});
  }
  return made;
}

void prefetch(const auth::trusted_issuers& issuers) {
  for (const auto& one : issuers.all()) one.keys->prefetch();
}

void close(const auth::trusted_issuers& issuers) {
  for (const auto& one : issuers.all()) one.keys->close();
}

}  // namespace latchkey::embed
