// The pipeline of the server: which parts stand in it, in which order and why. Not for what the
// parts do.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/documents.hpp>
#include <latchkey/app/handlers/health.hpp>
#include <latchkey/app/handlers/metrics.hpp>
#include <latchkey/app/handlers/reload.hpp>
#include <latchkey/app/handlers/status.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/app/route_handlers.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/authenticate.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/edge/upstream.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/middleware/limit_store.hpp>
#include <latchkey/trace/span.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

// What the pipeline is made of; all of it outlives the handlers, or is shared by them.
struct pipeline_parts {
  std::shared_ptr<const log> events;
  std::shared_ptr<const auth::trusted_issuers> issuers;
  std::shared_ptr<const documents> docs;  // null: no documentation page
  core::clock clock;
  std::function<core::block_string()> make_request_id;
  // Of that name; asked for those that routes lead to only. Empty where there is no such route.
  std::function<std::shared_ptr<const edge::upstream>(const std::string& name)> upstream;
  // The index by which requests of a pattern are counted. Empty: they are not told apart.
  std::function<std::size_t(std::string_view pattern)> index_of = {};
  // What limits are kept in; null where no route has one.
  std::shared_ptr<middleware::limit_store> limits = nullptr;
  // The threads that requests are answered on; null: nothing is kept for one of them.
  const async::io_pool* threads = nullptr;
  // Where spans of requests go; null: none is recorded.
  std::shared_ptr<trace::span_sink> spans = nullptr;
  handler_parts handlers = {};
};

// Throws std::invalid_argument where the routes contradict one another.
http::handler make_pipeline(const config& settings, const pipeline_parts& parts);

// What the admin listener tells and does; each may be empty. Called on its thread.
struct admin_parts {
  collect_readiness readiness = {};
  collect_metrics metrics = {};
  collect_status status = {};
  reload_action reload = {};  // where it is empty there is no /reload
};

// The admin listener's: /livez, /readyz, /metrics, /status, /log and /reload. No authentication, so
// that it stays on an address that only operators reach; asked by another name than an address,
// "localhost" or one of `hosts` it answers 421. Made when the process begins: it tells the time of
// that.
http::handler make_admin_pipeline(const pipeline_parts& parts, std::vector<std::string> hosts,
                                  admin_parts answers = {});

}  // namespace latchkey::app
