#include <latchkey/auth/cache_control.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/key_answer.hpp>

#include <utility>

namespace latchkey::auth {

namespace {

fetch_result kind_of(const core::error_code& error) {
  if (error == boost::system::errc::timed_out) return fetch_result::timeout;
  return error.category() == category() && error != errc::fetch_failed ? fetch_result::invalid
                                                                       : fetch_result::connection;
}

key_answer still(const http::fetched& got, const jwks_settings& settings,
                 const keys_at_hand& before) {
  key_answer outcome;
  outcome.result = fetch_result::not_modified;
  outcome.keys = before.keys;
  outcome.etag = got.etag.empty() ? before.etag : got.etag;
  outcome.max_age = got.cache_control.empty()
                        ? before.max_age
                        : effective_max_age(got.cache_control, settings.refresh);
  return outcome;
}

}  // namespace

std::string_view to_string(fetch_result value) {
  switch (value) {
    case fetch_result::ok:
      return "ok";
    case fetch_result::not_modified:
      return "not_modified";
    case fetch_result::status:
      return "status";
    case fetch_result::invalid:
      return "invalid";
    case fetch_result::timeout:
      return "timeout";
    case fetch_result::connection:
      return "connection";
  }
  return "?";
}

key_answer read_key_answer(const core::result<http::fetched>& got, const jwks_settings& settings,
                           const keys_at_hand& before) {
  constexpr unsigned ok = 200;
  constexpr unsigned not_modified = 304;
  key_answer outcome;
  if (got.has_error()) {
    outcome.error = got.error();
    outcome.result = kind_of(outcome.error);
    return outcome;
  }
  if (got->status == not_modified && before.keys && !before.etag.empty()) {
    outcome = still(*got, settings, before);
    outcome.status = got->status;
    return outcome;
  }
  outcome.status = got->status;
  if (got->status != ok) {
    outcome.result = fetch_result::status;
    outcome.error = errc::fetch_status;
    outcome.retry_after = parse_retry_after(got->retry_after);
    return outcome;
  }
  auto parsed = jose::key_set::parse(got->body, settings.limits, before.keys.get());
  if (parsed.has_error()) {
    outcome.result = fetch_result::invalid;
    outcome.error = parsed.error();
    return outcome;
  }
  outcome.result = fetch_result::ok;
  outcome.keys = std::move(*parsed);
  outcome.etag = got->etag;
  outcome.max_age = effective_max_age(got->cache_control, settings.refresh);
  return outcome;
}

bool same_keys(const jose::key_set& a, const jose::key_set& b) {
  if (a.size() != b.size()) return false;
  for (const auto& kid : a.kids()) {
    const auto other = b.find(kid);
    if (!other || a.find(kid)->content() != other->content()) return false;
  }
  return true;
}

}  // namespace latchkey::auth
