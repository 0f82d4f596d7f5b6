#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/token.hpp>

#include <utility>

namespace latchkey::jose {

token::token(jws parsed, json_view claims) : signed_{std::move(parsed)}, claims_{claims} {}

std::optional<std::string_view> token::issuer() const {
  const auto claim = claims_.find("iss");
  return claim ? claim->text() : std::nullopt;
}

core::result<token> parse_token(std::string_view text, const token_limits& limits) {
  auto parsed = parse_jws(text, limits);
  if (!parsed) return parsed.error();
  if (parsed->payload().empty()) return errc::empty_part;
  const auto claims = parse_json_view(parsed->payload(), json_limits_of(limits), parsed->memory());
  if (!claims) return claims.error();
  if (!claims->is_object()) return errc::payload_not_object;
  return token{std::move(*parsed), *claims};
}

}  // namespace latchkey::jose
