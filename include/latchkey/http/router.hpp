// Chooses the handler by path and method, and answers where there is none: 404, 405 with Allow,
// HEAD and OPTIONS. Guards belong inside a route, so that a guard never turns a 404 into a 401. Not
// for normalising paths: they are compared as sent.
#pragma once

#include <latchkey/http/handler.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::http {

struct route {
  // "/notes", or with parameters "/notes/{id}"; a parameter is one whole, non-empty segment.
  std::string pattern;
  std::vector<verb> methods;
  http::handler handler;
};

class router {
 public:
  // Throws std::invalid_argument if a pattern is malformed, a route has no method, or two routes
  // answer the same method of the same path.
  explicit router(std::vector<route> routes);

  // A handler. Copies share the table. HEAD is answered by the route of GET; the session leaves the
  // body out. A path that no route has is 404, a method that no route of the path has 405; OPTIONS
  // of "*" is 204.
  async::task<response> operator()(context& ctx) const;

 private:
  struct entry;
  std::shared_ptr<const std::vector<entry>> entries_;
};

}  // namespace latchkey::http
