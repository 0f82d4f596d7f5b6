#include "operator_only.hpp"

#include <latchkey/app/handlers/reload.hpp>

#include <boost/json/serialize.hpp>

#include <utility>

namespace latchkey::app {
namespace {

http::status status_of(const reload_report& report) {
  if (report.taken) return http::status::ok;
  return report.declined == reload_declined::no ? http::status::unprocessable_entity
                                                : http::status::service_unavailable;
}

// Null where there is nothing to say.
const char* detail_of(const reload_report& report) {
  if (report.taken) return nullptr;
  switch (report.declined) {
    case reload_declined::busy:
      return "Enough others wait for a reload already";
    case reload_declined::ending:
      return "The server is ending";
    case reload_declined::no:
      break;
  }
  return "The configuration is refused; the one before goes on";
}

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
    if (const auto* const said = detail_of(report)) body["detail"] = said;
    auto answer = http::response::json(status_of(report), boost::json::serialize(body));
    answer.set("cache-control", "no-store");
    if (report.declined == reload_declined::busy) answer.set("retry-after", "1");
    co_return answer;
  }
};

}  // namespace

http::route reload_route(reload_action reload) {
  return {"/reload", {http::verb::post}, reload_handler{std::move(reload)}};
}

}  // namespace latchkey::app
