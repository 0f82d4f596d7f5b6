#include <latchkey/app/handlers/health.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace latchkey::app {
namespace {

async::task<http::response> live(http::context&) {
  co_return http::response::json(http::status::ok, R"({"status":"live"})");
}

struct ready_handler {
  collect_readiness collect;

  async::task<http::response> operator()(http::context&) const {
    bool all = true;
    boost::json::object details;
    boost::json::object reasons;
    for (const auto& part : collect ? collect() : std::vector<readiness>{}) {
      const bool ready = part.ready();
      all = all && ready;
      details[part.name] = ready;
      if (!ready && part.why) reasons[part.name] = part.why();
    }
    boost::json::object body{{"status", all ? "ready" : "not ready"}, {"checks", details}};
    if (!reasons.empty()) body["reasons"] = std::move(reasons);
    auto answer = http::response::json(all ? http::status::ok : http::status::service_unavailable,
                                       boost::json::serialize(body));
    answer.set("cache-control", "no-store");
    co_return answer;
  }
};

}  // namespace

std::vector<http::route> health_routes(collect_readiness collect) {
  return {{"/livez", {http::verb::get}, live},
          {"/readyz", {http::verb::get}, ready_handler{std::move(collect)}}};
}

}  // namespace latchkey::app
