// All that is known of the request being answered: made by the session, passed by reference through
// the pipeline, living in the session's frame. Not for what outlives the request.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/principal.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/body.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/target.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

struct context {
  context(const request_head& head, http::target parsed, async::executor where)
      : request{head}, target{parsed}, executor{where} {}

  const request_head& request;
  http::target target;
  // Where this request runs: for timers and waits of handlers.
  async::executor executor;
  // The client's address as text; owned by the session.
  std::string_view peer;
  std::string request_id;
  // When the answer must be under way. Set by the session, drawn closer by the deadline middleware.
  core::deadline deadline;
  http::body body;
  // Set by authenticate; null until then.
  core::principal_ptr principal;

  // The pattern of the route that was chosen; owned by the router. Empty where none was.
  std::string_view route;
  // Path parameters of that route: names owned by the router, values views of the target.
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
  // Why the request was refused: a stable code for the log, with static storage.
  std::string_view reason;
};

}  // namespace latchkey::http
