// One fetch of a key set: asks the source, and judges what it gave. Not for deciding when to fetch,
// nor what the outcome changes: that is refresh_policy.
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

// How fetches end.
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
  // In use from now on; null: what was in use stays. With an error it is an empty set: the provider
  // has taken away all keys.
  std::shared_ptr<const jose::key_set> keys;
  std::vector<jose::key_set::skipped_key> skipped;  // keys of the document that cannot be used
  std::string etag;                                 // of the document they stand in; may be empty
  core::steady_duration max_age{};                  // of the keys
  core::error_code error;                           // none if there are keys to use
  unsigned status = 0;                              // of the HTTP answer, 0 where there was none
  std::chrono::seconds retry_after{0};              // what the provider asked for with a failure
};

// The set in use, as far as a further answer may refer to it.
struct cached_jwks {
  std::shared_ptr<const jose::key_set> keys;  // null: none
  std::string etag;                           // the fetch asked with it; empty: it did not
  core::steady_duration max_age{};
};

// Judges what a fetch gave; pure. A key that `before` has as well is taken over from it; others are
// made by `load`. 304 stands for the set of `before`, and for its max-age where the answer names no
// other (RFC 9111 section 4.3.4); it is a failure where nobody asked for it, and
// errc::other_document where it names another entity tag: the provider then has a document that is
// not at hand, and has to be asked without a tag.
//
// A document that lists keys of which none can be used is an error and takes away the set of
// `before`, if it says what its keys are and that they are not for us (private, in conflict, for
// other purposes, of other kinds), or if it has a kid of that set. An empty list, and one whose
// keys are all malformed, say nothing about the keys before: `keys` is null then.
//
// A set whose keys are not all checked yet is to be fetched again soon and in full: its max-age is
// the shortest, and its etag is left out.
fetch_outcome judge_fetch(const core::result<http::fetched>& got, const jwks_settings& settings,
                          const cached_jwks& before, const jose::key_loader& load);
// With jose::key::load.
fetch_outcome judge_fetch(const core::result<http::fetched>& got, const jwks_settings& settings,
                          const cached_jwks& before);

// Fetches and judges. Used on one executor, by one call at a time.
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
