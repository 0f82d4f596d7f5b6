#include <latchkey/app/handlers/metrics.hpp>
#include <latchkey/app/process_metrics.hpp>

#include <utility>

namespace latchkey::app {
namespace {

struct metrics_handler {
  collect_metrics collect;
  core::wall_time started;

  async::task<http::response> operator()(http::context& ctx) const {
    const auto format = format_wanted(ctx.request.find("accept").value_or(""));
    metrics_text page{format};
    write_process_metrics(page, started);
    if (collect) collect(page);
    auto answer =
        http::response::text(http::status::ok, content_type_of(format), std::move(page).finish());
    answer.set("vary", "Accept");
    answer.set("cache-control", "no-store");
    co_return answer;
  }
};

}  // namespace

http::route metrics_route(collect_metrics collect, core::wall_time started) {
  return {"/metrics", {http::verb::get}, metrics_handler{std::move(collect), started}};
}

}  // namespace latchkey::app
