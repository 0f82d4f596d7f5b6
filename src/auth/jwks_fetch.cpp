#include <latchkey/auth/cache_control.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_fetch.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace latchkey::auth {
namespace {

constexpr unsigned ok = 200;
constexpr unsigned not_modified = 304;

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

fetch_outcome not_modified_result(const http::fetched& got, const jwks_settings& settings,
                                  const cached_jwks& before) {
  fetch_outcome outcome;
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

fetch_outcome no_usable_key(std::shared_ptr<const jose::key_set> listed,
                            const cached_jwks& before) {
  fetch_outcome outcome;
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

fetch_outcome judge_fetch(const core::result<http::fetched>& got, const jwks_settings& settings,
                          const cached_jwks& before) {
  return judge_fetch(got, settings, before,
                     [](jose::jwk_content content) { return jose::key::load(std::move(content)); });
}

fetch_outcome judge_fetch(const core::result<http::fetched>& got, const jwks_settings& settings,
                          const cached_jwks& before, const jose::key_loader& load) {
  fetch_outcome outcome;
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

namespace {

// A few documents, so that a provider whose servers differ makes no work each time.
std::size_t max_cached_checks(const jwks_settings& settings) {
  return std::max<std::size_t>(1024, 2 * settings.limits.keys);
}

}  // namespace

jwks_fetcher::jwks_fetcher(key_source source, const jwks_settings& settings,
                           std::function<core::steady_time()> now,
                           std::unique_ptr<async::background_thread> thread)
    : source_{std::move(source)},
      settings_{settings},
      checks_{std::make_shared<key_checks>(settings.checks, max_cached_checks(settings),
                                           std::move(now))},
      thread_{std::move(thread)} {}

async::task<fetch_outcome> jwks_fetcher::run(cached_jwks before, core::deadline until) const {
  auto got = co_await source_(before.etag, until);
  const bool has_keys = got && got->status == ok;
  if (!thread_ || !has_keys) {
    co_return judge_fetch(got, settings_, before, checks_->for_document());
  }
  co_return co_await judge_on_thread(std::move(got), std::move(before));
}

void jwks_fetcher::stop() const {
  if (thread_) thread_->stop();
}

// The thread owns what it works with: it goes on if this frame is destroyed.
async::task<fetch_outcome> jwks_fetcher::judge_on_thread(core::result<http::fetched> got,
                                                         cached_jwks before) const {
  struct judging {
    core::result<http::fetched> got;
    cached_jwks before;
    jwks_settings settings;
    std::shared_ptr<key_checks> checks;
    fetch_outcome outcome;
  };
  const auto shared =
      std::make_shared<judging>(judging{std::move(got), std::move(before), settings_, checks_, {}});
  shared->outcome.error = errc::fetch_failed;
  async::background_thread::work work = [shared](const std::atomic<bool>& stopped) {
    shared->outcome = judge_fetch(shared->got, shared->settings, shared->before,
                                  shared->checks->for_document(&stopped));
  };
  co_await thread_->run(std::move(work));
  co_return std::move(shared->outcome);
}

}  // namespace latchkey::auth
