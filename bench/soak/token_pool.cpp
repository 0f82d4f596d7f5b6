#include "soak/token_pool.hpp"

#include "soak/site.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/json/parse.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::soak {
namespace {

namespace json = boost::json;

// Of valid ones so many that those of keys which are gone are still among them.
constexpr std::size_t max_of_kind = 64;

// In per cent; the rest is valid.
constexpr std::array<std::pair<token_kind, unsigned>, 11> shares{{
    {token_kind::ending, 10},
    {token_kind::expired, 5},
    {token_kind::not_yet, 6},
    {token_kind::audience, 4},
    {token_kind::issuer, 4},
    {token_kind::scope, 8},
    {token_kind::signature, 4},
    {token_kind::unknown_kid, 4},
    {token_kind::garbage, 4},
    {token_kind::none, 4},
    {token_kind::two, 3},
}};

json::object part_of(std::string_view part) {
  const auto text = core::base64url_decode(part);
  if (!text) throw std::runtime_error{"that is no token"};
  return json::parse(*text).as_object();
}

core::wall_time time_in(const json::object& claims, std::string_view name,
                        core::wall_time otherwise) {
  const auto* found = claims.if_contains(name);
  if (found == nullptr) return otherwise;
  return core::wall_time{std::chrono::seconds{found->to_number<std::int64_t>()}};
}

}  // namespace

known_token read_token(std::string text, token_kind kind) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == text.npos || first == last) throw std::runtime_error{"that is no token"};
  const std::string_view whole = text;
  const auto header = part_of(whole.substr(0, first));
  const auto claims = part_of(whole.substr(first + 1, last - first - 1));
  known_token made;
  made.facts.kind = kind;
  made.facts.kid = header.at("kid").as_string();
  made.facts.begins = time_in(claims, "nbf", core::wall_time::min());
  made.facts.ends = time_in(claims, "exp", core::wall_time::max());
  if (const auto* id = claims.if_contains("jti")) made.id = id->as_string();
  made.text = std::move(text);
  return made;
}

std::string with_another_signature(std::string token) {
  const auto at = token.rfind('.') + 20;
  token.at(at) = token.at(at) == 'A' ? 'B' : 'A';
  return token;
}

std::optional<json::object> mint_order(token_kind kind, std::mt19937_64& random) {
  json::object order;
  order["scope"] = std::string{read_scope};
  order["count"] = 4;
  const auto some_seconds = [&random](std::int64_t least, std::uint64_t more) {
    return least + static_cast<std::int64_t>(random() % more);
  };
  switch (kind) {
    case token_kind::valid:
      order["count"] = 8;
      break;
    case token_kind::ending:
      order["expires_in"] = some_seconds(2, 8);
      break;
    case token_kind::expired:
      order["expires_in"] = -some_seconds(1, 3'600);
      break;
    case token_kind::not_yet:
      order["not_before"] = some_seconds(1, 6);
      break;
    case token_kind::audience:
      order["audience"] = "somebody-else";
      break;
    case token_kind::issuer:
      order["issuer"] = "https://somebody-else.example/";
      break;
    case token_kind::scope:
      order["scope"] = "of-nothing";
      break;
    case token_kind::unknown_kid:
      order["kids"] = true;
      break;
    case token_kind::signature:
    case token_kind::garbage:
    case token_kind::none:
    case token_kind::two:
      return std::nullopt;
  }
  return order;
}

token_kind draw_kind(std::mt19937_64& random) {
  auto drawn = random() % 100;
  for (const auto& [kind, share] : shares) {
    if (drawn < share) return kind;
    drawn -= share;
  }
  return token_kind::valid;
}

void token_pool::add(known_token one) {
  auto& kind = all_[one.facts.kind];
  kind.push_back(std::make_shared<const known_token>(std::move(one)));
  if (kind.size() > max_of_kind) kind.pop_front();
}

std::shared_ptr<const known_token> token_pool::draw(token_kind kind,
                                                    std::mt19937_64& random) const {
  const auto found = all_.find(kind);
  if (found == all_.end() || found->second.empty()) return nullptr;
  return found->second[random() % found->second.size()];
}

std::size_t token_pool::count(token_kind kind) const {
  const auto found = all_.find(kind);
  return found == all_.end() ? 0 : found->second.size();
}

}  // namespace latchkey::bench::soak
