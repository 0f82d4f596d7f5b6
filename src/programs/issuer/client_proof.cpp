#include "issuer/client_proof.hpp"

#include <latchkey/core/base64.hpp>

#include <openssl/crypto.h>

#include <utility>

namespace latchkey::issuer {
namespace {

std::optional<client_proof> from_basic(std::string_view value) {
  constexpr std::string_view scheme = "Basic ";
  if (!http::same_name(value.substr(0, scheme.size()), scheme)) return std::nullopt;
  const auto pair = core::base64_decode(value.substr(scheme.size()));
  if (!pair) return std::nullopt;
  const auto colon = pair->find(':');
  if (colon == pair->npos) return std::nullopt;
  // Both halves are escaped as in a form before they are joined.
  auto id = form_unescaped(std::string_view{*pair}.substr(0, colon));
  auto secret = form_unescaped(std::string_view{*pair}.substr(colon + 1));
  if (!id || !secret) return std::nullopt;
  return client_proof{std::move(*id), std::move(*secret)};
}

}  // namespace

std::optional<client_proof> client_of(const http::request_head& head, const form& request) {
  const auto in_body = request.get("client_id");
  if (const auto field = head.find("authorization")) {
    auto found = from_basic(*field);
    // The body may repeat the name, not the secret, and no other name.
    if (!found || !request.get("client_secret").empty() ||
        (!in_body.empty() && in_body != found->id)) {
      return std::nullopt;
    }
    return found;
  }
  if (in_body.empty()) return std::nullopt;
  return client_proof{std::string{in_body}, std::string{request.get("client_secret")}};
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace latchkey::issuer
