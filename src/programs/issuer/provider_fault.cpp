// The controls for tests that concern faults: show them, end them, and count.
#include "issuer/provider.hpp"

#include <latchkey/http/problem.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace latchkey::issuer {
namespace {

namespace json = boost::json;

constexpr std::size_t max_fault_bytes = 1024 * 1024;

json::string_view text(std::string_view one) {
  return {one.data(), one.size()};
}

bool is_at_listener(const std::optional<fault>& shown) {
  if (!shown || shown->kind == nullptr) return false;
  const auto by = shown->kind->by();
  return by == shown_by::listener || by == shown_by::certificate;
}

http::response done_or_why(const std::string& why) {
  if (why.empty()) return http::response{http::status::no_content};
  return http::problem(http::status::internal_server_error, why);
}

}  // namespace

// Made once: each takes a part of a second.
std::string provider::spare_jwk() {
  if (spare_jwk_.empty()) spare_jwk_ = from_.fresh_key().public_jwk();
  return spare_jwk_;
}

// Adds the connections since the last call to a fault that is shown to connections, not requests.
void provider::count_connections() {
  const auto now = listener_.accepted ? listener_.accepted() : 0;
  if (at_listener_ != nullptr && at_listener_->by() == shown_by::certificate) {
    shown_[at_listener_] += now - connections_seen_;
  }
  connections_seen_ = now;
}

async::task<std::string> provider::show_at_listener() {
  // The listener is one, whichever document the fault was ordered for: it goes with the key set.
  const auto& shown = jwks_fault_.current();
  const auto wanted = is_at_listener(shown) ? shown->kind : nullptr;
  if (wanted == at_listener_) co_return std::string{};
  count_connections();
  at_listener_ = wanted;
  const auto error = co_await listener_.show(wanted);
  co_return error ? "the listener could not be changed: " + error.message() : std::string{};
}

async::task<std::string> provider::show(fault wanted) {
  if (is_at_listener(wanted)) {
    const bool certificate = wanted.kind->by() == shown_by::certificate;
    const std::string name{wanted.kind->name};
    if (certificate && !listener_.secure) co_return name + " needs an issuer that serves TLS";
    if (!listener_.show) co_return name + " needs a listener";
    wanted.document = "jwks";
  }
  // Now, so that not the first answer has to wait for the key.
  if (wanted.kind != nullptr && wanted.kind->uses_spare_key) spare_jwk();
  auto& which = wanted.document == "jwks" ? jwks_fault_ : configuration_fault_;
  which.set(std::move(wanted));
  co_return co_await show_at_listener();
}

async::task<std::string> provider::lift_faults() {
  jwks_fault_.lift();
  configuration_fault_.lift();
  co_return co_await show_at_listener();
}

async::task<http::response> provider::control_fail(http::context& ctx) {
  const auto body = co_await ctx.body.read_all(max_fault_bytes);
  if (body.has_error()) co_return http::problem(body.error());
  std::string why;
  auto wanted = parse_fault(*body, why);
  if (wanted) why = co_await show(std::move(*wanted));
  if (!why.empty()) co_return http::problem(http::status::bad_request, why);
  co_return http::response{http::status::no_content};
}

async::task<http::response> provider::control_faults(http::context&) {
  json::array kinds;
  for (const auto& one : fault_kinds()) {
    kinds.push_back(json::object{{"kind", text(one.name)}, {"description", text(one.description)}});
  }
  const json::object body{{"faults", std::move(kinds)}};
  co_return http::response::json(http::status::ok, json::serialize(body));
}

async::task<http::response> provider::control_heal(http::context&) {
  const auto why = co_await lift_faults();
  co_return done_or_why(why);
}

async::task<http::response> provider::control_reset(http::context&) {
  const auto why = co_await lift_faults();
  requests_.clear();
  shown_.clear();
  count_connections();
  connections_before_ = connections_seen_;
  co_return done_or_why(why);
}

async::task<http::response> provider::control_stats(http::context&) {
  count_connections();
  json::object requests;
  for (const auto& [name, count] : requests_) requests[name] = count;
  json::object shown;
  for (const auto& [kind, count] : shown_) shown[text(kind->name)] = count;
  const json::object body{{"requests", std::move(requests)},
                          {"connections", connections_seen_ - connections_before_},
                          {"faults", std::move(shown)}};
  co_return http::response::json(http::status::ok, json::serialize(body));
}

}  // namespace latchkey::issuer
