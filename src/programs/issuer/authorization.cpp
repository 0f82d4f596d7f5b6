#include "issuer/authorization.hpp"

#include <latchkey/core/base64url.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace latchkey::issuer {
namespace {

constexpr std::size_t max_scopes = 32;
constexpr std::size_t max_state = 2048;

bool is_challenge(std::string_view text) {
  const auto digest = core::base64url_decode(text);
  return digest && digest->size() == 32;
}

bool is_verifier(std::string_view text) {
  const auto unreserved = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_' || c == '~';
  };
  return text.size() >= 43 && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), unreserved);
}

std::string with_query(const std::string& uri, std::string_view query) {
  return uri + (uri.find('?') == uri.npos ? '?' : '&') + std::string{query};
}

void add_state(std::string& query, std::string_view state) {
  if (!state.empty()) query += "&state=" + form_escaped(state);
}

}  // namespace

authorization_result judge(const form& request, const settings& known) {
  // These two come first: until both are known, the user is not sent anywhere.
  if (request.repeats({"client_id", "redirect_uri"})) {
    return shown_fault{"client_id and redirect_uri must each be given once."};
  }
  if (request.get("client_id") != known.client_id) {
    return shown_fault{
        "The application is not known here: its client_id is not the one of this "
        "issuer."};
  }
  const std::string uri{request.get("redirect_uri")};
  if (std::find(known.redirect_uris.begin(), known.redirect_uris.end(), uri) ==
      known.redirect_uris.end()) {
    return shown_fault{
        "The application asked to return to an address that is not registered: its "
        "redirect_uri must be one of the addresses this issuer was started with."};
  }
  const auto state = request.get("state");
  const auto refuse = [&](const char* error, const char* description) {
    const auto kept = state.size() <= max_state ? state : std::string_view{};
    return returned_fault{uri, std::string{kept}, error, description};
  };
  if (request.repeats(
          {"response_type", "scope", "state", "code_challenge", "code_challenge_method"})) {
    return refuse("invalid_request", "a parameter is given twice");
  }
  if (state.size() > max_state) return refuse("invalid_request", "state is too long");
  if (request.get("response_type") != "code") {
    return refuse("unsupported_response_type", "response_type must be code");
  }
  if (request.get("code_challenge_method") != "S256") {
    return refuse("invalid_request", "code_challenge_method must be S256");
  }
  if (!is_challenge(request.get("code_challenge"))) {
    return refuse("invalid_request", "code_challenge must be a SHA-256 digest in base64url");
  }
  auto scopes = core::scope_set::split(request.get("scope"));
  const auto items = scopes.items();
  if (items.size() > max_scopes || !std::all_of(items.begin(), items.end(), is_scope)) {
    return refuse("invalid_scope", "too many scopes, or one that is malformed");
  }
  return authorization{std::string{request.get("client_id")}, uri, std::string{state},
                       std::string{request.get("code_challenge")}, std::move(scopes)};
}

bool is_scope(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '\\';
  });
}

std::string_view origin_of(std::string_view uri) {
  return uri.substr(0, uri.find_first_of("/?#", uri.find("//") + 2));
}

std::string with_code(const authorization& granted, std::string_view code) {
  auto query = "code=" + form_escaped(code);
  add_state(query, granted.state);
  return with_query(granted.redirect_uri, query);
}

std::string with_error(const returned_fault& fault) {
  auto query = "error=" + form_escaped(fault.error) +
               "&error_description=" + form_escaped(fault.description);
  add_state(query, fault.state);
  return with_query(fault.redirect_uri, query);
}

bool proves(std::string_view verifier, std::string_view challenge) {
  if (!is_verifier(verifier)) return false;
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(verifier.data(), verifier.size(), digest.data(), nullptr, EVP_sha256(), nullptr) !=
      1) {
    throw std::runtime_error{"SHA-256 is not available"};
  }
  const auto expected = core::base64url_encode(digest);
  return expected.size() == challenge.size() &&
         CRYPTO_memcmp(expected.data(), challenge.data(), expected.size()) == 0;
}

}  // namespace latchkey::issuer
