// The controls for tests: rotate keys, fail, count, and make any token at all.
#include "issuer/provider.hpp"

#include <latchkey/http/problem.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

constexpr std::size_t max_body = 64 * 1024;

http::response refuse(const std::string& why) {
  return http::problem(http::status::bad_request, why);
}

// The step that {"step": ...} names; "rotate" where the body is empty or names none, empty for what
// cannot be read.
std::string step_of(std::string_view body) {
  if (body.empty()) return "rotate";
  const auto parsed = jose::parse_json(body);
  if (!parsed || !parsed->is_object()) return {};
  const auto& object = parsed->get_object();
  if (object.empty()) return "rotate";
  const auto* step = object.if_contains("step");
  if (object.size() != 1 || step == nullptr || !step->is_string()) return {};
  return std::string{step->get_string()};
}

}  // namespace

async::task<http::response> provider::control_rotate(http::context& ctx) {
  const auto body = co_await ctx.body.read_all(max_body);
  if (body.has_error()) co_return http::problem(body.error());
  const auto step = step_of(*body);
  if (step == "rotate") {
    keys_.publish(from_.fresh_key());
    keys_.sign_with_newest();
  } else if (step == "publish") {
    keys_.publish(from_.fresh_key());
  } else if (step == "sign") {
    keys_.sign_with_newest();
  } else if (step == "drop-old") {
    keys_.drop_others();
  } else {
    co_return refuse("expected {\"step\": \"rotate\", \"publish\", \"sign\" or \"drop-old\"}");
  }
  const auto kids = keys_.published();
  const json::object state{{"signing", keys_.signing().kid()},
                           {"published", json::array(kids.begin(), kids.end())}};
  co_return http::response::json(http::status::ok, json::serialize(state));
}

async::task<http::response> provider::control_fail(http::context& ctx) {
  const auto body = co_await ctx.body.read_all(max_body);
  if (body.has_error()) co_return http::problem(body.error());
  std::string why;
  auto wanted = parse_fault(*body, why);
  if (!wanted) co_return refuse(why);
  auto& which = wanted->document == "jwks" ? jwks_fault_ : configuration_fault_;
  which.set(std::move(*wanted));
  co_return http::response{http::status::no_content};
}

async::task<http::response> provider::control_reset(http::context&) {
  jwks_fault_.lift();
  configuration_fault_.lift();
  requests_.clear();
  co_return http::response{http::status::no_content};
}

async::task<http::response> provider::control_stats(http::context&) {
  json::object counts;
  for (const auto& [name, count] : requests_) counts[name] = count;
  const json::object body{{"requests", std::move(counts)}};
  co_return http::response::json(http::status::ok, json::serialize(body));
}

async::task<http::response> provider::control_mint(http::context& ctx) {
  const auto body = co_await ctx.body.read_all(max_body);
  if (body.has_error()) co_return http::problem(body.error());
  std::string why;
  const auto order = parse_order(body->empty() ? "{}" : *body, order_defaults(), why);
  if (!order) co_return refuse(why);
  auto answer = http::response::text(http::status::ok, "text/plain",
                                     mint(*order, keys_.signing(), from_.clock.wall()));
  answer.set("cache-control", "no-store");
  co_return answer;
}

}  // namespace latchkey::issuer
