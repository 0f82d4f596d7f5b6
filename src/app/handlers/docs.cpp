#include <latchkey/app/handlers/docs.hpp>

namespace latchkey::app {
namespace {

// Keeps all the documents while it serves one of them.
struct serve_document {
  std::shared_ptr<const documents> owner;
  const document* one;

  async::task<http::response> operator()(http::context& ctx) const {
    co_return choose(*one, ctx.request);
  }
};

}  // namespace

std::vector<http::route> docs_routes(const std::shared_ptr<const documents>& docs) {
  std::vector<http::route> routes;
  for (const auto& one : docs->all()) {
    routes.push_back({one.path, {http::verb::get}, serve_document{docs, &one}});
  }
  return routes;
}

}  // namespace latchkey::app
