#include "issuer/fault_answer.hpp"

#include "issuer/authorization.hpp"
#include "issuer/gzip.hpp"

#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

constexpr std::size_t many = 10'000;

// One piece of the body, then the end of the connection.
struct broken_source {
  std::string piece;
  bool given = false;

  async::task<core::result<std::size_t>> operator()(std::span<char> out) {
    if (std::exchange(given, true)) co_return http::errc::body_cut_off;
    const auto size = std::min(out.size(), piece.size());
    std::copy_n(piece.data(), size, out.data());
    co_return size;
  }
};

http::response with_status(const http::response& sound, unsigned status) {
  http::response answer{static_cast<http::status>(status)};
  for (const auto& one : sound.fields()) answer.set(one.name, one.value);
  return answer;
}

http::response with_body(const http::response& sound, std::string body) {
  auto answer = with_status(sound, static_cast<unsigned>(sound.code()));
  answer.body = std::move(body);
  return answer;
}

http::response as_composed(const fault& shown, const http::response& sound) {
  auto answer = with_status(sound, shown.status.value_or(static_cast<unsigned>(http::status::ok)));
  auto body = shown.body ? *shown.body : std::string{body_text(sound)};
  body.append(shown.padding, ' ');
  if (shown.cut_off) {
    answer.body = http::source{broken_source{body.substr(0, body.size() / 2 + 1)}};
  } else {
    answer.body = std::move(body);
  }
  return answer;
}

json::array keys_in(const http::response& sound) {
  return json::parse(body_text(sound)).at("keys").as_array();
}

json::object named(json::object key, std::string_view kid) {
  key["kid"] = json::string_view{kid.data(), kid.size()};
  return key;
}

std::string filled_up(json::array keys, const fault_material& of) {
  const auto other = json::parse(of.spare_jwk()).as_object();
  while (keys.size() < many) {
    keys.push_back(named(other, "many-" + std::to_string(keys.size())));
  }
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

std::string twice_each(const json::array& keys, const fault_material& of) {
  const auto other = json::parse(of.spare_jwk()).as_object();
  json::array twice;
  for (const auto& key : keys) {
    twice.push_back(key);
    const auto& kid = key.at("kid").as_string();
    twice.push_back(named(other, {kid.data(), kid.size()}));
  }
  return json::serialize(json::object{{"keys", std::move(twice)}});
}

// Without the scheme: "127.0.0.1:9400".
std::string_view authority_of(std::string_view url) {
  const auto origin = origin_of(url);
  return origin.substr(origin.find("//") + 2);
}

std::string other_host(std::string_view url) {
  const auto authority = authority_of(url);
  const auto colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  return "http://127.0.0.2" + std::string{has_port ? authority.substr(colon) : ""};
}

std::string redirect_target(const fault& shown, std::string_view path, const fault_material& of) {
  const std::string at{path};
  if (shown.location) return *shown.location;
  switch (*shown.kind) {
    case fault_kind::redirect_host:
      return other_host(of.url) + at;
    case fault_kind::redirect_http:
      return "http://" + std::string{authority_of(of.url)} + at;
    default:
      return of.url + at;
  }
}

http::response as_kind(const fault& shown, const http::response& sound, std::string_view path,
                       const fault_material& of) {
  using enum fault_kind;
  const auto text = body_text(sound);
  switch (*shown.kind) {
    case not_found:
      return http::problem(http::status::not_found, "Not Found");
    case error:
      return http::problem(http::status::internal_server_error, "Internal Server Error");
    case unavailable:
      return http::problem(http::status::service_unavailable, "Service Unavailable");
    case gzip:
      return with_body(sound, gzip_stored(text)).set("content-encoding", "gzip");
    case html:
      return http::response::text(http::status::ok, "text/html; charset=utf-8",
                                  "<!doctype html><title>Sign in</title><p>Please sign in.</p>\n");
    case content_type:
      return with_body(sound, std::string{text}).set("content-type", "text/plain");
    case truncated:
      return with_body(sound, std::string{text.substr(0, text.size() / 2)});
    case empty_object:
      return with_body(sound, "{}");
    case keys_object:
      return with_body(sound, R"({"keys":{}})");
    case no_keys:
      return with_body(sound, R"({"keys":[]})");
    case many_keys:
      return with_body(sound, filled_up(keys_in(sound), of));
    case duplicate_kid:
      return with_body(sound, twice_each(keys_in(sound), of));
    case redirect_self:
    case redirect_host:
    case redirect_http:
      return http::response{static_cast<http::status>(*shown.status)}.set(
          "location", redirect_target(shown, path, of));
    default:
      return sound;
  }
}

}  // namespace

std::string_view body_text(const http::response& answer) {
  const auto* whole = std::get_if<std::string>(&answer.body);
  return whole == nullptr ? std::string_view{} : *whole;
}

http::response faulty_answer(const fault& shown, const http::response& sound, std::string_view path,
                             const fault_material& of) {
  auto answer = shown.kind ? as_kind(shown, sound, path, of) : as_composed(shown, sound);
  if (shown.location) answer.set("location", *shown.location);
  if (shown.cache_control) answer.set("cache-control", *shown.cache_control);
  if (shown.retry_after) answer.set("retry-after", *shown.retry_after);
  return answer;
}

}  // namespace latchkey::issuer
