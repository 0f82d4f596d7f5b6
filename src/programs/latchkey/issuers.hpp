// The issuers of a configuration with their keys, and what each thread verifies their tokens with.
// Not for the pipeline the requests go through.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/handlers/health.hpp>
#include <latchkey/app/handlers/metrics.hpp>
#include <latchkey/app/handlers/status.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/lanes.hpp>
#include <latchkey/auth/source_report.hpp>
#include <latchkey/auth/trust.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/time.hpp>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::programs {

// Where an issuer's keys come from.
struct key_origin {
  std::string source;  // in words
  bool over_http = false;
  std::shared_ptr<const auth::source_report> report;
};

struct verification {
  std::shared_ptr<const auth::lanes> lanes;
  std::shared_ptr<const auth::trust> trusted;
  std::vector<key_origin> origins;  // of the issuers' keys, in their order
};

// The keys of the issuers are fetched on `control`; tokens are verified on the threads of
// `workers`, which outlives what is made. `proxy` is the environment's. Says in the log with what
// signatures are checked.
verification make_verification(const app::config& loaded, const core::clock& clock,
                               async::io_pool& control, async::io_pool& workers,
                               const std::shared_ptr<const app::log>& events,
                               const client::proxy_settings& proxy);

// Ready when the keys of every issuer are.
std::vector<app::readiness> readiness_of(const verification& with);

// How the keys of every issuer stand.
app::collect_status status_of(const verification& with);

// What is counted of all this.
app::collect_metrics metrics_of(const verification& with);

}  // namespace latchkey::programs
