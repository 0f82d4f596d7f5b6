// The controls for tests that concern keys: rotate them, and make any token at all.
#include "issuer/provider.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

constexpr std::size_t max_control_bytes = 64 * 1024;

http::response refuse(const std::string& why) {
  return http::problem(http::status::bad_request, why);
}

struct rotation {
  std::string step = "rotate";
  std::optional<std::string> kid;
};

// {"step": ..., "kid": ...}, each optional, and the kid for a removal only. Nothing for any other
// text.
std::optional<rotation> parse_rotation(std::string_view body) {
  rotation wanted;
  if (body.empty()) return wanted;
  const auto parsed = jose::parse_json(body);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  for (const auto& one : parsed->get_object()) {
    if (!one.value().is_string()) return std::nullopt;
    const std::string text{one.value().get_string()};
    if (one.key() == "step") {
      wanted.step = text;
    } else if (one.key() == "kid") {
      wanted.kid = text;
    } else {
      return std::nullopt;
    }
  }
  if (wanted.kid && wanted.step != "remove") return std::nullopt;
  return wanted;
}

constexpr const char* rotations =
    R"(expected {"step": "rotate", "publish", "sign", "drop-old", "back" or "remove"}, )"
    R"(the last with an optional "kid")";

}  // namespace

async::task<http::response> provider::control_rotate(http::context& ctx) {
  const auto body = co_await ctx.body.read_all(max_control_bytes);
  if (body.has_error()) co_return http::problem(body.error());
  const auto wanted = parse_rotation(*body);
  if (!wanted) co_return refuse(rotations);
  const auto& step = wanted->step;
  if (step == "rotate") {
    keys_.publish(from_.fresh_key());
    keys_.sign_with_newest();
  } else if (step == "publish") {
    keys_.publish(from_.fresh_key());
  } else if (step == "sign") {
    if (!keys_.sign_with_newest()) co_return refuse("no key is published");
  } else if (step == "back") {
    if (!keys_.sign_with_previous()) co_return refuse("no other key has signed");
  } else if (step == "remove") {
    const auto kid = wanted->kid.value_or(keys_.signing().kid());
    if (!keys_.unpublish(kid)) co_return refuse("no published key has the kid " + kid);
  } else if (step == "drop-old") {
    keys_.drop_others();
  } else {
    co_return refuse(rotations);
  }
  const auto kids = keys_.published();
  const json::object state{{"signing", keys_.signing().kid()},
                           {"published", json::array(kids.begin(), kids.end())}};
  co_return http::response::json(http::status::ok, json::serialize(state));
}

async::task<http::response> provider::control_mint(http::context& ctx) {
  const auto body = co_await ctx.body.read_all(max_control_bytes);
  if (body.has_error()) co_return http::problem(body.error());
  std::string why;
  const auto options = parse_mint_options(body->empty() ? "{}" : *body, mint_defaults(), why);
  if (!options) co_return refuse(why);
  std::string tokens;
  if (options->count == 0 && !options->own_kids) {
    tokens = mint(*options, keys_.signing(), from_.clock.wall());
  } else {
    const auto mark = core::base64url_encode(from_.random(9));
    for (std::size_t i = 0; i < std::max<std::size_t>(options->count, 1); ++i) {
      // Others want their turn in between: each signature takes a part of a millisecond.
      if (i % 16 == 15) co_await async::asio::post(ctx.executor, async::use_task);
      tokens += mint_numbered(*options, i, mark, keys_.signing(), from_.clock.wall()) + '\n';
    }
  }
  auto answer = http::response::text(http::status::ok, "text/plain", std::move(tokens));
  answer.set("cache-control", "no-store");
  co_return answer;
}

}  // namespace latchkey::issuer
