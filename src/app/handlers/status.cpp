#include <latchkey/app/handlers/status.hpp>
#include <latchkey/app/status.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace latchkey::app {
namespace {

struct status_handler {
  collect_status collect;
  core::clock clock;
  core::wall_time started;
  std::string policy = status_policy();

  async::task<http::response> operator()(http::context& ctx) const {
    auto live = collect ? collect() : live_status{};
    const server_status status{.started = started,
                               .now = clock.wall(),
                               .issuers = std::move(live.issuers),
                               .config = std::move(live.config),
                               .listeners = std::move(live.listeners),
                               .connections = std::move(live.connections),
                               .traffic = std::move(live.traffic),
                               .upstreams = std::move(live.upstreams)};
    const auto accept = ctx.request.find("accept");
    const bool page = accept && prefers_html(*accept);
    auto answer = page ? http::response::text(http::status::ok, "text/html; charset=utf-8",
                                              status_html(status))
                       : http::response::json(http::status::ok, status_json(status));
    if (page) {
      answer.set("content-security-policy", policy);
      answer.set("x-content-type-options", "nosniff");
    }
    answer.set("vary", "Accept");
    answer.set("cache-control", "no-store");
    co_return answer;
  }
};

}  // namespace

bool prefers_html(std::string_view accept) {
  double html = 0;
  double json = 0;
  while (!accept.empty()) {
    auto range = http::take_element(accept, ',');
    const auto type = http::take_element(range, ';');
    const auto quality = http::weight_of(range);
    if (http::same_name(type, "text/html")) html = std::max(html, quality);
    if (http::same_name(type, "application/json")) json = std::max(json, quality);
  }
  return html > json;
}

http::route status_route(collect_status collect, core::clock clock) {
  const auto started = clock.wall();
  return {
      "/status", {http::verb::get}, status_handler{std::move(collect), std::move(clock), started}};
}

}  // namespace latchkey::app
