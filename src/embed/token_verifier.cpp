#include "issuer_clients.hpp"

#include <latchkey/auth/bearer.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/embed/token_verifier.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

namespace latchkey::embed {
namespace {

using verdict = core::result<core::principal>;

// What was found of a token before its key.
struct candidate {
  jose::token token;
  const auth::trusted_issuer* issuer = nullptr;
  jose::algorithm alg{};
  std::string kid = {};
};

core::result<candidate> examine(std::string_view text, const auth::trusted_issuers& issuers) {
  auto token = jose::parse_token(text, issuers.limits());
  if (token.has_error()) return token.error();
  const auto name = token->issuer();
  if (!name) return jose::errc::issuer_missing;
  const auto* issuer = issuers.find(*name);
  if (issuer == nullptr) return jose::errc::issuer_unknown;
  const auto alg = jose::check_header(*token, issuer->header);
  if (alg.has_error()) return alg.error();
  std::string kid{token->kid().value_or("")};
  return candidate{std::move(*token), issuer, *alg, std::move(kid)};
}

verdict judge(const candidate& of, const auth::key_lookup& found,
              const auth::trusted_issuers& issuers) {
  if (!found.key) return found.error;
  if (const auto error = jose::check_signature(of.token, of.alg, *found.key)) {
    return jose::explain_signature_error(error, of.token, of.issuer->header);
  }
  if (const auto error = jose::check_key_issuer(of.token, *found.key, of.issuer->rules)) {
    return error;
  }
  return jose::check_claims(of.token, of.issuer->rules, issuers.now());
}

// The key that somebody waits for on another thread. It owns the promise, whose state outlives the
// wait then.
async::task<> bring_key(std::shared_ptr<auth::jwks_client> keys, std::string kid,
                        jose::algorithm alg, std::string client, core::deadline last,
                        std::promise<auth::key_lookup> into) {
  into.set_value(co_await keys->wait_for_key(kid, alg, client, last));
}

// How many calls are still to be answered.
class pending_calls {
 public:
  void add() {
    const std::lock_guard lock{mutex_};
    ++count_;
  }
  void remove() {
    const std::lock_guard lock{mutex_};
    if (--count_ == 0) none_.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
};

}  // namespace

struct token_verifier::state {
  explicit state(verifier_settings settings)
      : clock{settings.clock},
        issuers{trust(settings.issuers, clock, keys.at(0), nullptr), settings.limits, clock} {}

  core::clock clock;
  async::io_pool keys{1};
  auth::trusted_issuers issuers;
  pending_calls pending;
  std::optional<async::io_pool_run> running;

  core::deadline until(const verify_options& options) const {
    return core::deadline{clock.steady() +
                          std::max(options.patience, std::chrono::milliseconds{0})};
  }

  // The rest of a verification that has to wait, on the thread of the keys. `of` is a view of
  // `text`, whose memory does not move with the string.
  async::task<> finish([[maybe_unused]] std::unique_ptr<const std::string> text, candidate of,
                       verify_options options, core::deadline last, done call) {
    const auto found = co_await of.issuer->keys->wait_for_key(of.kid, of.alg, options.client, last);
    call(judge(of, found, issuers));
  }
};

core::result<std::string_view> bearer(std::string_view authorization) {
  return auth::bearer_in(authorization);
}

token_verifier::token_verifier(verifier_settings settings)
    : state_{std::make_unique<state>(std::move(settings))} {
  prefetch(state_->issuers);
  state_->running.emplace(state_->keys);
}

token_verifier::~token_verifier() {
  close(state_->issuers);
  state_->pending.wait();
  state_->running->end();
}

void token_verifier::verify(std::string token, verify_options options, done call) const {
  auto& own = *state_;
  auto text = std::make_unique<const std::string>(std::move(token));
  auto of = examine(*text, own.issuers);
  if (of.has_error()) return call(of.error());
  const auto found = of->issuer->keys->lookup(of->kid, of->alg, options.client);
  if (!found.must_wait()) return call(judge(*of, found, own.issuers));
  const auto last = own.until(options);
  own.pending.add();
  async::asio::co_spawn(
      own.keys.at(0),
      own.finish(std::move(text), std::move(*of), std::move(options), last, std::move(call)),
      [&own](const std::exception_ptr& bug) {
        own.pending.remove();
        if (bug) std::rethrow_exception(bug);
      });
}

core::result<core::principal> token_verifier::verify(std::string_view token,
                                                     const verify_options& options) const {
  auto& own = *state_;
  const auto of = examine(token, own.issuers);
  if (of.has_error()) return of.error();
  const auto found = of->issuer->keys->lookup(of->kid, of->alg, options.client);
  if (!found.must_wait()) return judge(*of, found, own.issuers);
  std::promise<auth::key_lookup> brought;
  auto outcome = brought.get_future();
  own.pending.add();
  async::asio::co_spawn(own.keys.at(0),
                        bring_key(of->issuer->keys, of->kid, of->alg, options.client,
                                  own.until(options), std::move(brought)),
                        [&own](const std::exception_ptr& bug) {
                          own.pending.remove();
                          if (bug) std::rethrow_exception(bug);
                        });
  return judge(*of, outcome.get(), own.issuers);
}

bool token_verifier::ready() const {
  const auto& all = state_->issuers.all();
  return std::all_of(all.begin(), all.end(),
                     [](const auth::trusted_issuer& one) { return one.keys->ready(); });
}

}  // namespace latchkey::embed
