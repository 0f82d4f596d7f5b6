#include "operator_only.hpp"

#include <latchkey/app/handlers/log.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

// Of a name with static storage.
boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

std::optional<log_level> wanted_level(std::string_view query) {
  constexpr std::string_view name = "level=";
  if (!query.starts_with(name)) return std::nullopt;
  return log_level_named(query.substr(name.size()));
}

// Said at whichever of the two levels lets it be read.
void change(const log& events, log_level to) {
  const auto from = events.level();
  if (from == to) return;
  const auto say = [&] {
    events.event(log_level::warn, "log_level_changed",
                 {{"from", json_view(name_of(from))}, {"to", json_view(name_of(to))}});
  };
  if (to > from) say();
  events.set_level(to);
  if (to < from) say();
}

struct log_handler {
  std::shared_ptr<const log> events;

  async::task<http::response> operator()(http::context& ctx) const {
    if (ctx.request.method == http::verb::post) {
      if (!from_operator(ctx)) {
        co_return refuse_request(http::status::forbidden,
                                 "The level is changed from this machine only, and not by pages");
      }
      const auto level = wanted_level(ctx.target.query);
      if (!level) {
        co_return refuse_request(http::status::bad_request,
                                 "Expected ?level=debug, ?level=info, ?level=warn or ?level=error");
      }
      change(*events, *level);
    }
    boost::json::array sinks;
    for (const auto& one : events->losses()) sinks.emplace_back(one.sink);
    const boost::json::object body{{"level", json_view(name_of(events->level()))},
                                   {"sinks", sinks}};
    auto answer = http::response::json(http::status::ok, boost::json::serialize(body));
    answer.set("cache-control", "no-store");
    co_return answer;
  }
};

}  // namespace

http::route log_route(std::shared_ptr<const log> events) {
  return {"/log", {http::verb::get, http::verb::post}, log_handler{std::move(events)}};
}

}  // namespace latchkey::app
