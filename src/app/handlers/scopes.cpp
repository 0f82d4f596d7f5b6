#include <latchkey/app/handlers/scopes.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace latchkey::app {

async::task<http::response> show_scopes(http::context& ctx) {
  boost::json::array scopes;
  for (const auto& scope : ctx.principal->scopes.items()) scopes.emplace_back(scope);
  co_return http::response::json(http::status::ok, boost::json::serialize(scopes));
}

}  // namespace latchkey::app
