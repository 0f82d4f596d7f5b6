// Authorization codes between the sign-in page and the token endpoint: each valid once and for a
// short time, and a bounded number of them. Lives on one executor.
#pragma once

#include <latchkey/core/scope_set.hpp>
#include <latchkey/core/time.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::issuer {

// As many random bytes as asked for; from a cryptographic source outside tests.
using random_bytes = std::function<std::string(std::size_t)>;

// What a code stands for.
struct grant {
  std::string client_id;
  std::string redirect_uri;
  std::string challenge;
  std::string subject;
  core::scope_set scopes;
};

class codes {
 public:
  static constexpr std::chrono::seconds lifetime{60};
  static constexpr std::size_t limit = 1000;

  explicit codes(random_bytes random) : random_{std::move(random)} {}

  // A new code for the grant. At the limit the oldest one is forgotten.
  std::string issue(grant what, core::steady_time now);
  // The grant of a code that is known and has not expired; the code is used up whatever the caller
  // then makes of it.
  std::optional<grant> redeem(std::string_view code, core::steady_time now);

  std::size_t size() const { return open_.size(); }

 private:
  struct open_code {
    std::string code;
    core::steady_time expiry;
    grant what;
  };
  void forget_expired(core::steady_time now);

  random_bytes random_;
  std::deque<open_code> open_;  // the oldest first
};

}  // namespace latchkey::issuer
