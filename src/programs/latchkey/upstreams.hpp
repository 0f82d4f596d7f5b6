// The upstreams of a configuration, and which of them stay when the next one is taken. Not for the
// routes that lead to them: app/routes.
#pragma once

#include "issuers.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/status.hpp>
#include <latchkey/app/upstream_metrics.hpp>
#include <latchkey/edge/upstream.hpp>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::programs {

struct known_upstream {
  std::string files;  // a digest of what those held that it was made of
  std::shared_ptr<const edge::upstream> of;
};
using upstreams = std::vector<known_upstream>;

// Takes over from `before`, which may be null, those that have not changed, with their connections
// and what is known of their addresses. Throws as edge::upstream, and core::given_up.
upstreams make_upstreams(const app::config& loaded, const upstreams* before,
                         const verification_parts& with);

// Null where none has the name.
std::shared_ptr<const edge::upstream> find_upstream(const upstreams& all, const std::string& name);

// What is counted of one, and of all of them; all threads together.
app::upstream_figures figures_of(const edge::upstream& one);
std::vector<app::upstream_figures> figures_of(const upstreams& all);

// The same with their addresses. On the control thread.
std::vector<app::upstream_status> status_of(const upstreams& all);

}  // namespace latchkey::programs
