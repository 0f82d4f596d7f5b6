#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/jose/errc.hpp>

namespace latchkey::auth {
namespace {

using http::status;

// One challenge, made parameter by parameter. The values need no escape between quotes.
class bearer_challenge {
 public:
  bearer_challenge& add(std::string_view name, std::string_view value) {
    text_.append(first_ ? " " : ", ").append(name).append("=\"").append(value).append("\"");
    first_ = false;
    return *this;
  }
  bearer_challenge& add_scopes(std::span<const std::string> scopes) {
    std::string all;
    for (const auto& scope : scopes) all.append(all.empty() ? "" : " ").append(scope);
    return all.empty() ? *this : add("scope", all);
  }
  bearer_challenge& add_metadata(std::string_view url) {
    return url.empty() ? *this : add("resource_metadata", url);
  }
  http::response put_on(http::response refusal) const {
    refusal.set("www-authenticate", text_);
    return refusal;
  }

 private:
  std::string text_{"Bearer"};
  bool first_ = true;
};

http::response invalid_token(std::string_view why, const challenge_details& details) {
  return bearer_challenge{}
      .add("error", "invalid_token")
      .add("error_description", why)
      .add_scopes(details.scopes)
      .add_metadata(details.resource_metadata)
      .put_on(http::problem(status::unauthorized, "Could not validate credentials"));
}

// Another scope would not help.
http::response invalid_request(std::string_view why, const challenge_details& details) {
  return bearer_challenge{}
      .add("error", "invalid_request")
      .add("error_description", why)
      .add_metadata(details.resource_metadata)
      .put_on(http::problem(status::bad_request, "Bad Request"));
}

http::response no_credentials(const challenge_details& details) {
  return bearer_challenge{}
      .add_scopes(details.scopes)
      .add_metadata(details.resource_metadata)
      .put_on(http::problem(status::unauthorized, "Not authenticated"));
}

http::response insufficient_scope(const challenge_details& details) {
  return bearer_challenge{}
      .add("error", "insufficient_scope")
      .add_scopes(details.scopes)
      .add_metadata(details.resource_metadata)
      .put_on(http::problem(details.insufficient_scope_status, "Not enough permissions"));
}

// Not the client's fault and nothing its token could change: so no challenge.
http::response keys_unavailable(unsigned retry_after) {
  auto refusal = http::problem(status::service_unavailable, "Cannot validate credentials now");
  refusal.set("retry-after", std::to_string(retry_after));
  return refusal;
}

}  // namespace

http::response challenge(const core::error_code& error, const challenge_details& details) {
  if (error.category() == jose::category()) return invalid_token(reason(error), details);
  if (error.category() != category()) return http::problem(error);
  switch (static_cast<errc>(error.value())) {
    case errc::no_credentials:
      return no_credentials(details);
    case errc::malformed_credentials:
    case errc::token_misplaced:
    case errc::token_for_another_resource:
      return invalid_token(reason(error), details);
    case errc::duplicate_authorization:
    case errc::token_in_two_places:
      return invalid_request(reason(error), details);
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
