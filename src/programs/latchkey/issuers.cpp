#include "issuers.hpp"

#include "file_digest.hpp"
#include "issuer_keys.hpp"
#include "random_word.hpp"

#include <latchkey/app/issuer_rules.hpp>
#include <latchkey/app/key_log.hpp>
#include <latchkey/app/resources.hpp>
#include <latchkey/jose/rsa_kernels.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::programs {
namespace {

using app::log_level;

core::siphash_key random_key() {
  return {random_word(), random_word()};
}

void warn_of_http(const app::log& events, const app::issuer_config& issuer) {
  events.event(log_level::warn, "keys_over_http",
               {{"issuer", issuer.issuer},
                {"source", source_of(issuer)},
                {"advice",
                 "allow_http = true: whoever is on the way can answer with keys of his "
                 "own and make tokens that are accepted; use https where you can"}});
}

jose::rsa_kernels kernels_of(const app::verify_config& settings) {
  auto kernels =
      jose::best_rsa_kernels(settings.avx512 == app::kernel_use::off ? jose::avx512_use::avoided
                                                                     : jose::avx512_use::allowed);
  if (settings.batch == app::kernel_use::off) kernels.batch = nullptr;
  if (settings.single == app::kernel_use::off) kernels.single = nullptr;
  return kernels;
}

std::string signatures_by(const jose::rsa_kernels& kernels) {
  std::string made;
  if (const auto* const batch = kernels.batch) {
    made += "batches of " + std::to_string(batch->lanes) + " (" + std::string{batch->name} + ")";
  }
  if (const auto* const single = kernels.single) {
    if (!made.empty()) made += ", ";
    made += "single ones (" + std::string{single->name} + ")";
  }
  return made.empty() ? "OpenSSL" : made + " and OpenSSL";
}

void log_verification(const app::log& events, const app::verify_config& settings) {
  events.event(log_level::info, "verifying",
               {{"signatures", signatures_by(kernels_of(settings))},
                {"token_cache_bytes", settings.token_cache_bytes}});
}

// The place of the issuer whose keys are those of `issuer`.
std::optional<std::size_t> find_same(const verification* before, const app::issuer_config& issuer,
                                     const std::string& files) {
  if (before == nullptr) return std::nullopt;
  const auto& all = before->origins;
  const auto found = std::find_if(all.begin(), all.end(), [&](const key_origin& one) {
    return one.files == files && same_keys(one.settings, issuer);
  });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

std::shared_ptr<const auth::thread_verifiers> make_verifiers(const app::verify_config& settings,
                                                             async::io_pool& workers,
                                                             const verification* before) {
  return std::make_shared<const auth::thread_verifiers>(
      workers, kernels_of(settings), settings.token_cache_bytes, random_key(),
      before == nullptr ? nullptr : before->thread_verifiers.get());
}

}  // namespace

verification make_verification(const app::config& loaded, const verification* before,
                               const verification_parts& with) {
  verification made;
  made.settings = loaded.verify;
  jose::token_limits limits;
  limits.bytes = loaded.server.limits.token_bytes;
  const bool same_limits = before != nullptr && before->issuers->limits().bytes == limits.bytes;
  std::vector<auth::trusted_issuer> issuers;
  const network shared{with.proxy, {}, with.authorities};
  for (const auto& issuer : loaded.issuers) {
    core::throw_if_stopped(with.stopped);
    auto rules = app::rules_of(issuer);
    rules.claims.resources = app::resource_names(loaded);
    auth::trusted_issuer one{std::move(rules.claims), rules.header, {}, issuer.token_from};
    auto files = digest_of_files({issuer.ca_file, issuer.client_certificate, issuer.client_key});
    if (const auto same = find_same(before, issuer, files)) {
      const auto& old = before->issuers->all()[*same];
      one.keys = old.keys;
      // Of the tokens in the cache it is known only for which of the old ones they are.
      const bool same_resources = old.rules.resources == one.rules.resources;
      if (same_limits && same_resources && before->origins[*same].settings == issuer) {
        one.identity = old.identity;
      }
      made.origins.push_back(before->origins[*same]);
      made.origins.back().settings = issuer;
    } else {
      auto keys = make_issuer_keys(issuer, with.clock, with.control.at(0), with.workers,
                                   with.events, shared);
      one.keys = std::move(keys.client);
      made.origins.push_back(
          {issuer, std::move(files), source_of(issuer), over_http(issuer), keys.report});
      if (over_http(issuer)) warn_of_http(*with.events, issuer);
    }
    issuers.push_back(std::move(one));
  }
  const bool same_verifiers = before != nullptr && before->settings == loaded.verify;
  made.thread_verifiers = same_verifiers ? before->thread_verifiers
                                         : make_verifiers(loaded.verify, with.workers, before);
  made.issuers = std::make_shared<const auth::trusted_issuers>(std::move(issuers), limits,
                                                               with.clock, made.thread_verifiers);
  if (!same_verifiers) log_verification(*with.events, loaded.verify);
  return made;
}

std::vector<app::readiness> readiness_of(const verification& with) {
  std::vector<app::readiness> checks;
  const auto& issuers = with.issuers->all();
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    const auto& keys = issuers[i].keys;
    checks.push_back({"keys of " + issuers[i].rules.issuer, [keys] { return keys->ready(); },
                      [keys, report = with.origins[i].report] {
                        return app::why_no_keys(keys->stats(), report->last());
                      }});
  }
  return checks;
}

std::vector<app::issuer_status> status_of(const verification& with) {
  std::vector<app::issuer_status> all;
  const auto& issuers = with.issuers->all();
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    const auto& origin = with.origins[i];
    all.push_back({issuers[i].rules.issuer, origin.source, issuers[i].keys->stats(),
                   origin.over_http, origin.report->last()});
  }
  return all;
}

}  // namespace latchkey::programs
