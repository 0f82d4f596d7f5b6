// The issuers of a configuration with their keys, and what each thread verifies their tokens with.
// Not for the pipeline the requests go through.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/handlers/health.hpp>
#include <latchkey/app/issuer_status.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/source_report.hpp>
#include <latchkey/auth/thread_verifiers.hpp>
#include <latchkey/auth/trusted_issuers.hpp>
#include <latchkey/client/authority_cache.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/stop.hpp>
#include <latchkey/core/time.hpp>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::programs {

// Where an issuer's keys come from.
struct key_origin {
  app::issuer_config settings;  // by which they are kept
  std::string files;            // a digest of the files that are read once, when the way is made
  std::string source;           // in words
  bool over_http = false;
  std::shared_ptr<const auth::source_report> report;
};

struct verification {
  app::verify_config settings;
  std::shared_ptr<const auth::thread_verifiers> thread_verifiers;
  std::shared_ptr<const auth::trusted_issuers> issuers;
  std::vector<key_origin> origins;  // of the issuers' keys, in their order
};

// What all verifications of a process share. The keys of the issuers are fetched on `control`;
// tokens are verified on the threads of `workers`. Both outlive what is made.
struct verification_parts {
  core::clock clock;
  async::io_pool& control;
  async::io_pool& workers;
  std::shared_ptr<const app::log> events;
  client::proxy_settings proxy;  // the environment's
  std::shared_ptr<client::authority_cache> authorities;
  core::stop_check stopped = {};  // asked between two issuers, and two certificates
};

// Takes over from `before`, which may be null, what the configuration has not changed: keys with
// their state, the caches of tokens, and what is remembered of an issuer's tokens. Says in the log
// with what signatures are checked. Throws as make_issuer_keys, and core::given_up.
verification make_verification(const app::config& loaded, const verification* before,
                               const verification_parts& with);

// Ready when the keys of every issuer are.
std::vector<app::readiness> readiness_of(const verification& with);

// How the keys of every issuer stand.
std::vector<app::issuer_status> status_of(const verification& with);

}  // namespace latchkey::programs
