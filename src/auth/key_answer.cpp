#include <latchkey/auth/cache_control.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/key_answer.hpp>

#include <utility>

namespace latchkey::auth {

key_answer read_key_answer(const core::result<http::fetched>& got, const jwks_settings& settings,
                           const jose::key_set* before) {
  key_answer outcome;
  if (got.has_error()) {
    outcome.error = got.error();
    return outcome;
  }
  outcome.status = got->status;
  if (got->status != 200) {
    outcome.error = errc::fetch_status;
    outcome.retry_after = parse_retry_after(got->retry_after);
    return outcome;
  }
  auto parsed = jose::key_set::parse(got->body, settings.limits, before);
  if (parsed.has_error()) {
    outcome.error = parsed.error();
    return outcome;
  }
  outcome.keys = std::move(*parsed);
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
