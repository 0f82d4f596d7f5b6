#include "issuer/entity_tag.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/http/fields.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace latchkey::issuer {

std::string entity_tag(std::string_view content) {
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(content.data(), content.size(), digest.data(), nullptr, EVP_sha256(), nullptr) !=
      1) {
    throw std::runtime_error{"SHA-256 is not available"};
  }
  return '"' + core::base64url_encode(digest) + '"';
}

async::task<http::response> conditional(http::context& ctx, const http::handler& next) {
  auto answer = co_await next(ctx);
  const auto* text = std::get_if<std::string>(&answer.body);
  if (answer.code() != http::status::ok || text == nullptr) co_return answer;
  answer.set("etag", entity_tag(*text));
  const auto& fields = ctx.request.fields;
  const auto tag = *answer.find("etag");
  if (std::none_of(fields.begin(), fields.end(), [&](const http::field& one) {
        return http::same_name(one.name, "if-none-match") && http::names_entity_tag(one.value, tag);
      })) {
    co_return answer;
  }
  http::response same{http::status::not_modified};
  for (const auto& one : answer.fields()) {
    if (!one.name.starts_with("content-")) same.set(one.name, one.value);
  }
  co_return same;
}

}  // namespace latchkey::issuer
