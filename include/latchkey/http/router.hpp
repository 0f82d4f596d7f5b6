// Chooses the handler by path and method, and answers where there is none: 404, 405 with Allow,
// HEAD and OPTIONS. Guards belong inside a route, so that a guard never turns a 404 into a 401. Not
// for normalising paths: they are compared as sent.
#pragma once

#include <latchkey/http/handler.hpp>
#include <latchkey/http/route_pattern.hpp>

#include <cstddef>
#include <cstdint>
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
  // Answers OPTIONS that asks on behalf of a method of this route (Access-Control-Request-Method);
  // empty: such a request is like any other.
  http::handler preflight = {};
  // By which who counts requests knows the pattern, the same for all its routes; 0: nobody does.
  std::size_t index = 0;
};

// What the router makes of a path and a method; the views are the router's.
struct routing {
  enum class outcome : std::uint8_t {
    found,      // `answer` is the route's
    no_path,    // 404
    no_method,  // 405 with `allow`
    options,    // 204 with `allow`: no route of the pattern answers OPTIONS itself
    ambiguous,  // 400
  };
  outcome result = outcome::no_path;
  std::string_view pattern = {};  // of the route; empty for no_path and ambiguous
  std::string_view allow = {};
  const http::handler* answer = nullptr;
  std::size_t index = 0;  // of the route, by which its requests are counted
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

  // The decision alone. `path` is that of the request's target, as parsed. `parameters` are those
  // of the route that is found.
  routing decide(const request_head& request, std::string_view path,
                 route_pattern::parameter_list& parameters) const;

 private:
  struct entry;
  std::shared_ptr<const std::vector<entry>> entries_;
  bool has_encoded_ = false;  // a pattern that is another one to who decodes it
};

}  // namespace latchkey::http
