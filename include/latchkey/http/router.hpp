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
  std::string pattern;  // as route_pattern has it
  std::vector<verb> methods;
  http::handler handler;
  // Every other method of the pattern, too, those without a name here among them; but not TRACE,
  // which would send back to a page what it must not read (RFC 9110 section 9.3.8).
  bool every_method = false;
};

class router {
 public:
  // The order of the routes does not matter. Throws std::invalid_argument if a pattern is
  // malformed, a route has no method, or two routes answer the same method of the same pattern.
  explicit router(std::vector<route> routes);

  // A handler. Copies share the table. The most specific pattern decides (is_more_specific), and
  // no other is asked where it lacks the method. HEAD is answered by the route of GET; the session
  // leaves the body out. A path that no route has is 404, a method that no route of the pattern has
  // 405; OPTIONS of "*" is 204. A path that is of one route as it was sent, and of another one to a
  // reader that decodes it or leaves out parameters behind a ';', is 400: whoever stands behind the
  // route may be such a reader.
  async::task<response> operator()(context& ctx) const;

 private:
  struct entry;
  std::shared_ptr<const std::vector<entry>> entries_;
};

}  // namespace latchkey::http
