#include "operator_only.hpp"

#include <latchkey/app/handlers/reload.hpp>

#include <boost/json/serialize.hpp>

#include <utility>

namespace latchkey::app {
namespace {

struct reload_handler {
  reload_action reload;

  async::task<http::response> operator()(http::context& ctx) const {
    if (!from_operator(ctx)) {
      co_return refuse_request(http::status::forbidden,
                               "The configuration is read anew from this machine only, and not by "
                               "pages");
    }
    const auto report = co_await reload();
    auto body = to_json(report);
    if (!report.taken) body["detail"] = "The configuration is refused; the one before goes on";
    auto answer =
        http::response::json(report.taken ? http::status::ok : http::status::unprocessable_entity,
                             boost::json::serialize(body));
    answer.set("cache-control", "no-store");
    co_return answer;
  }
};

}  // namespace

http::route reload_route(reload_action reload) {
  return {"/reload", {http::verb::post}, reload_handler{std::move(reload)}};
}

}  // namespace latchkey::app
