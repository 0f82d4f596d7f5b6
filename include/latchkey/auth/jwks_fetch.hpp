// One fetch of a key set: asks the source and evaluates the response. Not for deciding when to
// fetch, nor what the outcome changes: that is refresh_policy.
#pragma once

#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/jwks_settings.hpp>
#include <latchkey/auth/key_checks.hpp>
#include <latchkey/auth/key_source.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/fetch.hpp>
#include <latchkey/jose/key_set.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::auth {

// The results of a fetch, by kind.
enum class fetch_result : std::uint8_t {
  ok,            // a set
  not_modified,  // the set in use is still the provider's
  status,        // another HTTP status
  invalid,       // no key set, or none with a usable key
  timeout,
  connection,  // none, or what came over it was not HTTP; certificates
};
inline constexpr std::size_t fetch_result_count = 6;
std::string_view to_string(fetch_result value);

struct fetch_outcome {
  fetch_result result = fetch_result::connection;
  // The set to use from now on; null: the set in use stays. With an error it is an empty set: the
  // provider has withdrawn all keys.
  std::shared_ptr<const jose::key_set> keys;
  std::vector<jose::key_set::skipped_key> skipped;  // keys of the document that are not used
  std::string etag;                                 // of the document; may be empty
  core::steady_duration max_age{};                  // of the keys
  core::error_code error;                           // none if there are keys to use
  unsigned status = 0;                              // of the HTTP answer, 0 where there was none
  std::chrono::seconds retry_after{0};              // of the failed response
};

// The set in use, with what a conditional request and a 304 need.
struct cached_jwks {
  std::shared_ptr<const jose::key_set> keys;  // null: none
  std::string etag;                           // the fetch asked with it; empty: it did not
  core::steady_duration max_age{};
};

// Evaluates the response of a fetch; pure. A key that is in `before` as well is taken over from it;
// others are made by `load`. A 304 confirms the set of `before`, with its max-age unless the
// response has another (RFC 9111 section 4.3.4). It is a failure if the request was not
// conditional, and errc::other_document if it has another entity tag: the next request must then be
// unconditional.
//
// A document without a usable key is an error. It withdraws the set of `before` if its keys are
// well-formed but disqualified (private, in conflict, for another use, of another type), or if it
// has a kid of that set. An empty list, or one in which all keys are malformed, withdraws nothing:
// `keys` is null then.
//
// A set with keys that are not checked yet gets the shortest max-age and no etag, so that it is
// soon fetched again in full.
fetch_outcome judge_fetch(const core::result<http::fetched>& got, const jwks_settings& settings,
                          const cached_jwks& before, const jose::key_loader& load);
// With jose::key::load.
fetch_outcome judge_fetch(const core::result<http::fetched>& got, const jwks_settings& settings,
                          const cached_jwks& before);

// Asks the source and evaluates its response. Used on one executor, one call at a time.
class jwks_fetcher {
 public:
  // What a fetch brings is read, and its keys checked, on `thread`; null: where run() is awaited.
  jwks_fetcher(key_source source, const jwks_settings& settings,
               std::function<core::steady_time()> now,
               std::unique_ptr<async::background_thread> thread);

  // `until` bounds the fetch, not the checks, which have bounds of their own. Throws what the
  // source throws. This object has to live until the task ends.
  async::task<fetch_outcome> run(cached_jwks before, core::deadline until) const;
  // Has checks of keys that go on end soon. Any thread.
  void stop() const;

 private:
  async::task<fetch_outcome> judge_on_thread(core::result<http::fetched> got,
                                             cached_jwks before) const;

  key_source source_;
  jwks_settings settings_;
  // Shared with the thread, which may outlast this; one at a time uses it.
  std::shared_ptr<key_checks> checks_;
  std::unique_ptr<async::background_thread> thread_;
};

}  // namespace latchkey::auth
