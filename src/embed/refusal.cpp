#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/embed/refusal.hpp>

#include <charconv>

namespace latchkey::embed {
namespace {

refusal of(const core::error_code& error, const auth::challenge_details& details) {
  const auto answer = auth::challenge(error, details);
  refusal made;
  made.status = static_cast<int>(answer.code());
  made.www_authenticate = answer.find("www-authenticate").value_or("");
  if (const auto seconds = answer.find("retry-after")) {
    std::from_chars(seconds->data(), seconds->data() + seconds->size(), made.retry_after);
  }
  made.reason = auth::reason(error);
  return made;
}

}  // namespace

refusal refusal_of(const core::error_code& error) {
  return of(error, {});
}

refusal insufficient_scope(std::span<const std::string> needed) {
  return of(auth::errc::insufficient_scope, {.scopes = needed});
}

}  // namespace latchkey::embed
