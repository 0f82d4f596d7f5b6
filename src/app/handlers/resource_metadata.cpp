#include <latchkey/app/handlers/resource_metadata.hpp>
#include <latchkey/app/resources.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/middleware/cors.hpp>

#include <memory>

namespace latchkey::app {
namespace {

struct serve_metadata {
  std::shared_ptr<const http::response> answer;

  async::task<http::response> operator()(http::context&) const { co_return *answer; }
};

// It says nothing that is not for everybody, and clients that are pages read it before they have
// a token. They may send fields of their own, like MCP-Protocol-Version.
std::shared_ptr<const middleware::cors_policy> every_page() {
  middleware::cors_settings settings;
  settings.origins = {"*"};
  settings.headers = {"*"};
  settings.max_age = std::chrono::hours{1};
  return std::make_shared<const middleware::cors_policy>(settings, std::vector<std::string>{"GET"});
}

http::handler metadata_handler(const config& checked, std::size_t resource) {
  auto answer = http::response::json(http::status::ok, metadata_json(checked, resource));
  // Short, since a reload may change it, and clients ask once a session at most.
  answer.set("cache-control", "public, max-age=300");
  return serve_metadata{std::make_shared<const http::response>(std::move(answer))};
}

}  // namespace

std::vector<http::route> resource_routes(const config& checked) {
  std::vector<http::route> routes;
  const auto policy = every_page();
  for (std::size_t i = 0; i < checked.resources.size(); ++i) {
    http::route made;
    made.pattern = metadata_path(checked.resources[i]);
    made.methods = {http::verb::get};
    made.handler = http::chain({middleware::cors{policy}}, metadata_handler(checked, i));
    made.preflight = middleware::preflight(policy);
    routes.push_back(std::move(made));
  }
  return routes;
}

}  // namespace latchkey::app
