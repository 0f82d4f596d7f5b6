#include <latchkey/auth/cache_control.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/key_answer.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::auth {

namespace {

fetch_result kind_of(const core::error_code& error) {
  if (error == boost::system::errc::timed_out) return fetch_result::timeout;
  return error.category() == category() && error != errc::fetch_failed ? fetch_result::invalid
                                                                       : fetch_result::connection;
}

// The weak comparison of RFC 9110 section 8.8.3.2; what discovery sets before a tag is compared as
// well.
bool same_tag(std::string_view a, std::string_view b) {
  const auto opaque = [](std::string_view tag) {
    std::string text{tag};
    const auto weak = text.find("W/\"");
    if (weak != text.npos) text.erase(weak, 2);
    return text;
  };
  return a == b || opaque(a) == opaque(b);
}

key_answer not_modified_result(const http::fetched& got, const jwks_settings& settings,
                               const cached_jwks& before) {
  key_answer outcome;
  if (!got.etag.empty() && !same_tag(got.etag, before.etag)) {
    outcome.result = fetch_result::invalid;
    outcome.error = errc::other_document;
    return outcome;
  }
  outcome.result = fetch_result::not_modified;
  outcome.keys = before.keys;
  outcome.skipped = before.keys->skipped();
  outcome.etag = got.etag.empty() ? before.etag : got.etag;
  outcome.max_age = got.cache_control.empty()
                        ? before.max_age
                        : effective_max_age(got.cache_control, settings.refresh);
  return outcome;
}

bool takes_away(const jose::key_set& listed, const jose::key_set& before) {
  return std::any_of(listed.skipped().begin(), listed.skipped().end(), [&before](const auto& one) {
    return one.disqualified || before.find(one.kid) != nullptr;
  });
}

bool is_unfinished(const jose::key_set& listed) {
  return std::any_of(listed.skipped().begin(), listed.skipped().end(),
                     [](const auto& one) { return one.why == jose::errc::key_not_checked; });
}

key_answer no_usable_key(std::shared_ptr<const jose::key_set> listed, const cached_jwks& before) {
  key_answer outcome;
  outcome.result = fetch_result::invalid;
  outcome.error = jose::errc::no_usable_key;
  outcome.skipped = listed->skipped();
  if (before.keys && takes_away(*listed, *before.keys)) outcome.keys = std::move(listed);
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
                           const cached_jwks& before) {
  return read_key_answer(got, settings, before, [](jose::jwk_content content) {
    return jose::key::load(std::move(content));
  });
}

key_answer read_key_answer(const core::result<http::fetched>& got, const jwks_settings& settings,
                           const cached_jwks& before, const jose::key_loader& load) {
  constexpr unsigned ok = 200;
  constexpr unsigned not_modified = 304;
  key_answer outcome;
  if (got.has_error()) {
    outcome.error = got.error();
    outcome.result = kind_of(outcome.error);
    return outcome;
  }
  if (got->status == not_modified && before.keys && !before.etag.empty()) {
    outcome = not_modified_result(*got, settings, before);
    outcome.status = got->status;
    return outcome;
  }
  outcome.status = got->status;
  if (got->status != ok) {
    outcome.result = fetch_result::status;
    outcome.error = got->refusal ? got->refusal : core::error_code{errc::fetch_status};
    outcome.retry_after = parse_retry_after(got->retry_after);
    return outcome;
  }
  auto parsed = jose::key_set::read(got->body, settings.limits, before.keys.get(), load);
  if (parsed.has_error()) {
    outcome.result = fetch_result::invalid;
    outcome.error = parsed.error();
    return outcome;
  }
  if ((*parsed)->empty()) {
    outcome = no_usable_key(std::move(*parsed), before);
    outcome.status = got->status;
    return outcome;
  }
  outcome.result = fetch_result::ok;
  outcome.keys = std::move(*parsed);
  outcome.skipped = outcome.keys->skipped();
  outcome.max_age = effective_max_age(got->cache_control, settings.refresh);
  if (is_unfinished(*outcome.keys)) {
    outcome.max_age = std::min(outcome.max_age, settings.refresh.shortest_max_age);
  } else {
    outcome.etag = got->etag;
  }
  return outcome;
}

}  // namespace latchkey::auth
