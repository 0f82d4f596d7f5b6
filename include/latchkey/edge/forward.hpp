// The handler that passes a request on to an upstream and the answer back, streamed both ways. Not
// for judging the request: that is done when it comes here.
#pragma once

#include <latchkey/edge/header_rules.hpp>
#include <latchkey/edge/settings.hpp>
#include <latchkey/edge/upstream.hpp>
#include <latchkey/http/handler.hpp>

#include <memory>

namespace latchkey::edge {

// What is made once of a route that leads to an upstream.
struct forwarding_route {
  // Throws std::invalid_argument as header_rules.
  forwarding_route(std::shared_ptr<const upstream> leads_to, forward_settings settings);

  std::shared_ptr<const edge::upstream> to;
  header_rules headers;
  path_rewrite rewrite;
  std::chrono::milliseconds answer;
  std::chrono::milliseconds idle;
  bool end_with_token = true;
};

// Runs on the threads of the upstream only. Errors of edge::errc are answered by edge::problem, and
// told by the context's reason.
http::handler forward(std::shared_ptr<const forwarding_route> by);

}  // namespace latchkey::edge
