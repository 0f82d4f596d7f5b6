#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/jose/errc.hpp>

namespace latchkey::auth {
namespace {

using http::status;

std::string bearer_error(std::string_view code, std::string_view description) {
  std::string text{"Bearer error=\""};
  text.append(code).append("\", error_description=\"").append(description).append("\"");
  return text;
}

http::response invalid_token(std::string_view why) {
  auto refusal = http::problem(status::unauthorized, "Could not validate credentials");
  refusal.set("www-authenticate", bearer_error("invalid_token", why));
  return refusal;
}

http::response invalid_request(std::string_view why) {
  auto refusal = http::problem(status::bad_request, "Bad Request");
  refusal.set("www-authenticate", bearer_error("invalid_request", why));
  return refusal;
}

http::response no_credentials() {
  auto refusal = http::problem(status::unauthorized, "Not authenticated");
  refusal.set("www-authenticate", "Bearer");
  return refusal;
}

http::response insufficient_scope(const challenge_details& details) {
  std::string text{"Bearer error=\"insufficient_scope\", scope=\""};
  for (const auto& scope : details.scopes) {
    if (&scope != &details.scopes.front()) text += ' ';
    text += scope;
  }
  auto refusal = http::problem(details.insufficient_scope_status, "Not enough permissions");
  refusal.set("www-authenticate", text + '"');
  return refusal;
}

// Not the client's fault and nothing its token could change: so no challenge.
http::response keys_unavailable(unsigned retry_after) {
  auto refusal = http::problem(status::service_unavailable, "Cannot validate credentials now");
  refusal.set("retry-after", std::to_string(retry_after));
  return refusal;
}

}  // namespace

http::response challenge(const core::error_code& error, const challenge_details& details) {
  if (error.category() == jose::category()) return invalid_token(reason(error));
  if (error.category() != category()) return http::problem(error);
  switch (static_cast<errc>(error.value())) {
    case errc::no_credentials:
      return no_credentials();
    case errc::malformed_credentials:
    case errc::token_misplaced:
      return invalid_token(reason(error));
    case errc::duplicate_authorization:
    case errc::token_in_two_places:
      return invalid_request(reason(error));
    case errc::cross_origin:
      return http::problem(status::forbidden, "Cross-origin request");
    case errc::insufficient_scope:
      return insufficient_scope(details);
    case errc::keys_unavailable:
    case errc::fetch_failed:
    case errc::fetch_status:
    case errc::bad_metadata:
    case errc::metadata_issuer:
    case errc::metadata_keys_address:
    case errc::metadata_byte_order:
    case errc::metadata_name_twice:
    case errc::metadata_member:
    case errc::metadata_status:
    case errc::metadata_redirect:
    case errc::keys_redirect:
    case errc::other_document:
    case errc::key_file:
      break;
  }
  return keys_unavailable(details.retry_after);
}

std::string_view reason(const core::error_code& error) {
  if (error.category() == category()) return reason(static_cast<errc>(error.value()));
  return jose::reason(error);
}

}  // namespace latchkey::auth
