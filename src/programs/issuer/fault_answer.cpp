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
#include <array>
#include <chrono>
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

std::string as_text(std::string_view path) {
  return std::string{path};
}

http::response redirect(const answer_input& in, std::string target) {
  return http::response{static_cast<http::status>(*in.shown.status)}.set("location",
                                                                         std::move(target));
}

http::response not_found(const answer_input&) {
  return http::problem(http::status::not_found, "Not Found");
}

http::response error(const answer_input&) {
  return http::problem(http::status::internal_server_error, "Internal Server Error");
}

http::response unavailable(const answer_input&) {
  return http::problem(http::status::service_unavailable, "Service Unavailable");
}

http::response gzip(const answer_input& in) {
  return with_body(in.sound, gzip_stored(body_text(in.sound))).set("content-encoding", "gzip");
}

http::response html(const answer_input&) {
  return http::response::text(http::status::ok, "text/html; charset=utf-8",
                              "<!doctype html><title>Sign in</title><p>Please sign in.</p>\n");
}

http::response content_type(const answer_input& in) {
  return with_body(in.sound, std::string{body_text(in.sound)}).set("content-type", "text/plain");
}

http::response truncated(const answer_input& in) {
  const auto text = body_text(in.sound);
  return with_body(in.sound, std::string{text.substr(0, text.size() / 2)});
}

http::response empty_object(const answer_input& in) {
  return with_body(in.sound, "{}");
}

http::response keys_object(const answer_input& in) {
  return with_body(in.sound, R"({"keys":{}})");
}

http::response no_keys(const answer_input& in) {
  return with_body(in.sound, R"({"keys":[]})");
}

http::response many_keys(const answer_input& in) {
  return with_body(in.sound, filled_up(keys_in(in.sound), in.of));
}

http::response duplicate_kid(const answer_input& in) {
  return with_body(in.sound, twice_each(keys_in(in.sound), in.of));
}

// The delay is made before the answer.
http::response slow(const answer_input& in) {
  return in.sound;
}

http::response redirect_self(const answer_input& in) {
  return redirect(in, in.of.url + as_text(in.path));
}

http::response redirect_host(const answer_input& in) {
  return redirect(in, other_host(in.of.url) + as_text(in.path));
}

http::response redirect_http(const answer_input& in) {
  return redirect(in, "http://" + std::string{authority_of(in.of.url)} + as_text(in.path));
}

void found_elsewhere(fault& made) {
  made.status = 302;
}

void come_again(fault& made) {
  made.retry_after = "7";
}

void take_a_second(fault& made) {
  made.delay = std::chrono::seconds{1};
}

constexpr auto answer_kinds = std::to_array<fault_kind>({
    {"not-found", "404", not_found},
    {"error", "500", error},
    {"unavailable", "503 with Retry-After (retry_after, 7 seconds)", unavailable, come_again},
    {"gzip", "the document in gzip, which nobody asked for", gzip},
    {"html", "200 with a web page", html},
    {.name = "content-type",
     .description = "the sound document as text/plain: harmless",
     .shown = content_type,
     .harmless = true},
    {"truncated", "the first half of the document, well framed", truncated},
    {"empty-object", "{}", empty_object},
    {"keys-object", "{\"keys\":{}}", keys_object},
    {"no-keys", "{\"keys\":[]}", no_keys},
    {.name = "many-keys",
     .description = "10,000 keys, the sound ones first",
     .shown = many_keys,
     .key_set_only = true,
     .uses_spare_key = true},
    {.name = "duplicate-kid",
     .description = "a second, different key under each kid",
     .shown = duplicate_kid,
     .key_set_only = true,
     .uses_spare_key = true,
     .withdraws = true},
    {.name = "slow",
     .description = "the sound document after delay_ms (1000)",
     .shown = slow,
     .defaults = take_a_second,
     .harmless = true},
    {.name = "redirect-self",
     .description = "a redirect (status, 302) to the same URL",
     .shown = redirect_self,
     .defaults = found_elsewhere,
     .redirects = true},
    {.name = "redirect-host",
     .description = "the same, to another host (location, the same path at http://127.0.0.2)",
     .shown = redirect_host,
     .defaults = found_elsewhere,
     .redirects = true},
    {.name = "redirect-http",
     .description = "the same, to the same URL in plain http",
     .shown = redirect_http,
     .defaults = found_elsewhere,
     .redirects = true},
});

}  // namespace

std::string_view body_text(const http::response& answer) {
  const auto* whole = std::get_if<std::string>(&answer.body);
  return whole == nullptr ? std::string_view{} : *whole;
}

std::span<const fault_kind> answer_faults() {
  return answer_kinds;
}

http::response faulty_answer(const fault& shown, const http::response& sound, std::string_view path,
                             const fault_material& of) {
  auto answer = http::response{};
  if (shown.kind == nullptr) {
    answer = as_composed(shown, sound);
  } else if (const auto made = shown.kind->shown.answer()) {
    answer = made({shown, sound, path, of});
  } else {
    answer = sound;
  }
  if (shown.location) answer.set("location", *shown.location);
  if (shown.cache_control) answer.set("cache-control", *shown.cache_control);
  if (shown.retry_after) answer.set("retry-after", *shown.retry_after);
  return answer;
}

}  // namespace latchkey::issuer
