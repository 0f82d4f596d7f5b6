#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/token.hpp>

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace latchkey::jose {

token::token(jws parsed, const boost::json::object& claims)
    : signed_{std::move(parsed)}, claims_{&claims} {}

std::optional<std::string_view> token::issuer() const {
  const auto* claim = claims_->if_contains("iss");
  const auto* text = claim != nullptr ? claim->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  return std::string_view{text->data(), text->size()};
}

core::result<token> parse_token(std::string_view text, const token_limits& limits) {
  auto parsed = parse_jws(text, limits);
  if (!parsed) return parsed.error();
  if (parsed->payload().empty()) return errc::empty_part;
  auto payload = parse_json(parsed->payload(), json_limits_of(limits), parsed->storage());
  if (!payload) return payload.error();
  if (!payload->is_object()) return errc::payload_not_object;
  const auto& claims = parsed->keep(std::move(*payload)).get_object();
  return token{std::move(*parsed), claims};
}

}  // namespace latchkey::jose
