#include "operator_only.hpp"

#include <latchkey/net/address.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace latchkey::app {

bool from_operator(const http::context& ctx) {
  return net::is_loopback(ctx.peer) && ctx.request.count("origin") == 0;
}

http::response refuse_request(http::status code, const char* detail) {
  return http::response::json(code,
                              boost::json::serialize(boost::json::object{{"detail", detail}}));
}

}  // namespace latchkey::app
