// The authorization endpoint: the page that asks, and what its form brings back.
#include "issuer/page.hpp"
#include "issuer/provider.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::issuer {
namespace {

constexpr std::size_t max_sign_in_bytes = 16 * 1024;
constexpr const char* malformed = "The request is malformed.";

http::response redirect(std::string where) {
  http::response answer{http::status::found};
  answer.set("location", std::move(where));
  answer.set("cache-control", "no-store");
  answer.set("referrer-policy", "no-referrer");
  return answer;
}

// The answer to a request that asks for nothing that can be granted; nothing for a sound one.
std::optional<http::response> refusal(const authorization_result& found) {
  if (const auto* shown = std::get_if<shown_fault>(&found)) {
    return fault_page(http::status::bad_request, shown->description);
  }
  if (const auto* returned = std::get_if<returned_fault>(&found)) {
    return redirect(with_error(*returned));
  }
  return std::nullopt;
}

bool is_user_name(std::string_view text) {
  constexpr std::size_t max_name = 128;
  if (text.empty() || text.size() > max_name ||
      std::any_of(text.begin(), text.end(), core::is_control)) {
    return false;
  }
  // It goes into a token, so it must be text that JSON can hold.
  const boost::json::value value{boost::json::string_view{text.data(), text.size()}};
  return jose::parse_json(boost::json::serialize(value)).has_value();
}

// Those of the scopes asked for that were left checked.
core::scope_set granted_scopes(const authorization& asked, const form& filled_in) {
  const auto checked = filled_in.all("granted");
  core::scope_set granted;
  for (const auto& one : asked.scopes.items()) {
    if (std::find(checked.begin(), checked.end(), one) != checked.end()) granted.add(one);
  }
  return granted;
}

}  // namespace

async::task<http::response> provider::sign_in(http::context& ctx) {
  const auto request = form::parse(ctx.target.query);
  if (!request) co_return fault_page(http::status::bad_request, malformed);
  const auto found = judge(*request, settings_);
  if (auto refused = refusal(found)) co_return std::move(*refused);
  co_return sign_in_page(std::get<authorization>(found), {});
}

async::task<http::response> provider::signed_in(http::context& ctx) {
  const auto site = ctx.request.find("sec-fetch-site");
  if (site && *site != "same-origin") {
    co_return fault_page(http::status::forbidden, "The form was sent by another site.");
  }
  const auto body = co_await ctx.body.read_all(max_sign_in_bytes);
  if (body.has_error()) co_return http::problem(body.error());
  const auto request = form::parse(*body);
  if (!request) co_return fault_page(http::status::bad_request, malformed);
  const auto found = judge(*request, settings_);
  if (auto refused = refusal(found)) co_return std::move(*refused);
  const auto& asked = std::get<authorization>(found);
  if (request->get("action") != "allow") {
    co_return redirect(
        with_error({asked.redirect_uri, asked.state, "access_denied", "the user refused"}));
  }
  const auto user = request->get("username");
  if (!is_user_name(user)) {
    co_return sign_in_page(asked, "Enter a user name of at most 128 characters.");
  }
  auto code = codes_.issue({asked.client_id, asked.redirect_uri, asked.challenge, std::string{user},
                            granted_scopes(asked, *request)},
                           from_.clock.steady());
  co_return redirect(with_code(asked, code));
}

}  // namespace latchkey::issuer
