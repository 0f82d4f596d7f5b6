// Tokens: what is taken apart can be put together again to the very same text, and the checks after
// it give an answer for whatever claims it has.
#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <fuzz/require.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace core = latchkey::core;
namespace jose = latchkey::jose;

namespace {

constexpr jose::header_rules rs256{};
const jose::claim_rules rules{"https://idp.example/", {"account"}, "aud", std::chrono::seconds{0}};
constexpr core::wall_time now{std::chrono::seconds{1'795'434'824}};

void judge(const jose::token& parsed) {
  const auto header = jose::check_header(parsed, rs256);
  require(header.has_error() || parsed.algorithm() == "RS256", "only RS256 is allowed");
  const auto who = jose::check_claims(parsed, rules, now);
  if (!who) {
    require(jose::reason(who.error()) != "internal_error", "a refusal has a reason");
    return;
  }
  require(who->issuer == rules.issuer && parsed.issuer() == rules.issuer, "the issuer is ours");
  require(who->expiry > now, "the token has not expired");
  require(who->claims == parsed.payload(), "the claims are kept as they were sent");
  for (const auto& scope : who->scopes.items()) {
    require(!scope.empty() && scope.find(' ') == scope.npos, "a scope is one word");
  }
}

// What a thread remembers of headers changes nothing: nothing is remembered under limits that are
// new each time.
void parse_again(std::string_view text, const core::result<jose::token>& first) {
  static std::size_t times = 0;
  jose::token_limits limits;
  if (text.size() > limits.bytes) return;
  limits.bytes += ++times;
  const auto fresh = jose::parse_token(text, limits);
  const auto again = jose::parse_token(text);
  for (const auto* other : {&fresh, &again}) {
    require(other->has_value() == first.has_value(), "what is a token once is one always");
    if (first) {
      require((*other)->algorithm() == first->algorithm() && (*other)->kid() == first->kid() &&
                  (*other)->type() == first->type() && (*other)->payload() == first->payload(),
              "a token says the same every time");
    } else {
      require(other->error() == first.error(), "a token is refused for the same reason always");
    }
  }
}

void take_apart(std::string_view text) {
  const auto parsed = jose::parse_token(text);
  parse_again(text, parsed);
  if (!parsed) {
    require(jose::reason(parsed.error()) != "internal_error", "a refusal has a reason");
    return;
  }
  const auto input = parsed->signing_input();
  require(std::string{input} + '.' + core::base64url_encode(parsed->signature()) == text,
          "a signature has one spelling");
  require(core::base64url_encode(parsed->payload()) == input.substr(input.find('.') + 1),
          "a payload has one spelling");
  judge(*parsed);
}

}  // namespace

// The input is a token; and, where it has two lines, the header and the claims of another.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  take_apart(text);
  const auto line = text.find('\n');
  if (line == text.npos) return 0;
  take_apart(core::base64url_encode(text.substr(0, line)) + '.' +
             core::base64url_encode(text.substr(line + 1)) + ".AQID");
  return 0;
}
