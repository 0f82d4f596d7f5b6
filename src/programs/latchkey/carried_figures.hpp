// What was counted by parts of deployments that a reload has replaced, added to what their
// successors count, so that no counter goes back. Lives on the control thread. Not for figures that
// outlive a deployment by themselves: app/request_counts.
#pragma once

#include "deployment.hpp"

#include <latchkey/app/upstream_metrics.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace latchkey::programs {

struct deployment_figures {
  auth::verify_counts signatures;
  jose::token_cache_stats cache;
  std::vector<app::upstream_figures> upstreams;  // of the deployment in use
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

 private:
  auth::verify_counts signatures_;
  jose::token_cache_stats cache_;  // the counters
  std::map<std::string, app::upstream_figures, std::less<>> upstreams_;
};

}  // namespace latchkey::programs
