// What was counted by parts of deployments that a reload has replaced, added to what their
// successors count, so that no counter goes back. Lives on the control thread. Not for figures that
// outlive a deployment by themselves: app/request_counts.
#pragma once

#include "deployment.hpp"

#include <latchkey/app/issuer_status.hpp>
#include <latchkey/app/upstream_metrics.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace latchkey::programs {

// Of the deployment in use, with what its predecessors have counted.
struct deployment_figures {
  auth::verify_counts signatures;
  jose::token_cache_stats cache;
  std::vector<app::upstream_figures> upstreams;
  std::vector<app::issuer_status> issuers;
};

class carried_figures {
 public:
  // `gone` are about to be destroyed; no part of them counts any more, but those that `kept` have,
  // too.
  void let_go(const std::vector<deployment_ptr>& gone, const std::vector<deployment_ptr>& kept);

  // Of the deployment in use, those that requests still use, and all that have been let go. What
  // stands, and does not count, is of the one in use.
  deployment_figures total(const deployment_ptr& current,
                           const std::vector<deployment_ptr>& retired) const;

  // Of several parts, the counters among their figures.
  struct tally {
    auth::verify_counts signatures;
    jose::token_cache_stats cache;
    std::map<std::string, app::upstream_figures, std::less<>> upstreams;
    std::map<std::string, auth::jwks_stats, std::less<>> issuers;
  };

 private:
  tally gone_;
};

}  // namespace latchkey::programs
