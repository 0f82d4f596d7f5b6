// GET /metrics of the admin listener, for Prometheus and what reads its format. Not for the public
// listener: what it tells is the operator's.
#pragma once

#include <latchkey/app/metrics_text.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/router.hpp>

#include <functional>

namespace latchkey::app {

// Adds families to the page; called for each request, on the admin listener's thread.
using collect_metrics = std::function<void(metrics_text&)>;

// The page has the version and what the system knows of the process, begun at `started`; then what
// `collect` adds, which may be empty.
http::route metrics_route(collect_metrics collect, core::wall_time started);

}  // namespace latchkey::app
