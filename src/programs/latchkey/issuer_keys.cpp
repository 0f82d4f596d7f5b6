#include "issuer_keys.hpp"

#include <latchkey/auth/challenge.hpp>
#include <latchkey/net/https_client.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::programs {
namespace {

using app::log_level;

boost::json::array to_json(const std::vector<std::string>& list) {
  boost::json::array made;
  for (const auto& text : list) made.emplace_back(text);
  return made;
}

boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

void log_keys(const app::log& events, const std::string& issuer, const auth::jwks_event& event) {
  if (event.what == auth::jwks_event::kind::failed) {
    boost::json::object fields{
        {"issuer", issuer}, {"error", event.error.message()}, {"failures", event.failures}};
    if (event.status != 0) fields["status"] = event.status;
    fields["retry_in_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(event.backoff).count();
    events.event(log_level::warn, "keys_fetch_failed", fields);
    return;
  }
  // A set that is as it was is no news.
  if (!event.changed && event.what == auth::jwks_event::kind::refreshed) return;
  boost::json::array skipped;
  for (const auto& one : event.skipped) {
    skipped.emplace_back(
        boost::json::object{{"kid", one.kid}, {"reason", json_view(auth::reason(one.why))}});
  }
  boost::json::object fields{{"issuer", issuer},
                             {"old_kids", to_json(event.old_kids)},
                             {"new_kids", to_json(event.new_kids)}};
  if (!skipped.empty()) fields["skipped"] = std::move(skipped);
  if (event.what == auth::jwks_event::kind::recovered) fields["failures"] = event.failures;
  const bool recovered = event.what == auth::jwks_event::kind::recovered;
  events.event(log_level::info, recovered ? "keys_recovered" : "keys_changed", fields);
}

auth::jwks_settings keys_settings(const app::issuer_config& issuer) {
  auth::jwks_settings settings;
  settings.uri = issuer.jwks_uri;
  settings.refresh.max_age = issuer.cache.max_age;
  settings.refresh.refresh_ahead = static_cast<double>(issuer.cache.refresh_ahead) / 100.0;
  settings.refresh.cooldown = issuer.cache.cooldown;
  settings.refresh.max_stale = issuer.cache.max_stale;
  settings.refresh.negative_ttl = issuer.cache.negative_ttl;
  settings.refresh.negative_kids = issuer.cache.negative_kids;
  settings.refresh.backoff_max = issuer.cache.backoff_max;
  settings.refresh.backoff_first =
      std::min(settings.refresh.backoff_first, settings.refresh.backoff_max);
  settings.fetch_timeout = issuer.cache.total_timeout;
  settings.limits.bytes = issuer.cache.max_bytes;
  settings.limits.keys = issuer.cache.max_keys;
  return settings;
}

}  // namespace

std::shared_ptr<auth::jwks_client> make_issuer_keys(const app::issuer_config& issuer,
                                                    const core::clock& clock,
                                                    const async::executor& home,
                                                    const std::shared_ptr<const app::log>& events) {
  net::https_client_settings fetching;
  fetching.ca_file = issuer.ca_file;
  fetching.connect_timeout = issuer.cache.connect_timeout;
  fetching.max_bytes = issuer.cache.max_bytes;
  const auto chance = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
  };
  const auto observe = [events, name = issuer.issuer](const auth::jwks_event& event) {
    log_keys(*events, name, event);
  };
  return std::make_shared<auth::jwks_client>(keys_settings(issuer),
                                             net::https_client{std::move(fetching)}.as_fetch(),
                                             clock, home, chance, observe);
}

}  // namespace latchkey::programs
