// Verifies tokens for a program that has a server of its own: keys are fetched, renewed and kept on
// threads of the verifier. It needs no event loop of the caller, and no header of one. Not for
// requests: finding the token in one is the caller's, for which there is bearer().
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/embed/issuer.hpp>
#include <latchkey/jose/token.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::embed {

// The token in the value of an Authorization field (RFC 6750 section 2.1), as a view of it.
// auth::errc::no_credentials for another scheme or none, malformed_credentials for no token behind
// it. A request with two such fields is to be refused by the caller.
core::result<std::string_view> bearer(std::string_view authorization);

struct verifier_settings {
  std::vector<issuer> issuers;  // at least one
  jose::token_limits limits = {};
  core::clock clock = core::system_clock();
};

// Of one verification.
struct verify_options {
  // How long to wait for keys that have to be fetched.
  std::chrono::milliseconds patience{5'000};
  // Who asks, such as the address of the client: fetches for keys that nobody has heard of are
  // shared out among them.
  std::string client = {};
};

class token_verifier {
 public:
  using done = std::function<void(core::result<core::principal>)>;

  // Begins to fetch keys. Throws std::invalid_argument for an issuer without name, audience or
  // algorithm, for two of one name and for an address that keys are not taken from, and
  // std::runtime_error for a file that cannot be read.
  explicit token_verifier(verifier_settings settings);
  // Ends fetches and calls what still waits with auth::errc::keys_unavailable. Nobody may be within
  // a member meanwhile, and it may not be called from a `done`.
  ~token_verifier();
  token_verifier(const token_verifier&) = delete;
  token_verifier& operator=(const token_verifier&) = delete;

  // The members below may be called from any thread, by many at once. Each verification checks the
  // signature: nothing is remembered of tokens.

  // Whose token it is, after every check that the server of latchkey makes (docs/token-rules.md);
  // else the first error, of jose::errc or auth::errc. Waits, up to the patience, where keys have
  // to be fetched first, and for nothing else.
  core::result<core::principal> verify(std::string_view token,
                                       const verify_options& options = {}) const;

  // The same without waiting: `call` is called once, before this returns, or where keys have to be
  // fetched on a thread of the verifier, which it must not hold up. It must not throw.
  void verify(std::string token, verify_options options, done call) const;

  // The keys of every issuer are loaded and not too old.
  bool ready() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace latchkey::embed
