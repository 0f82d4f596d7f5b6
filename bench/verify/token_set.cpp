#include "verify/token_set.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/signing_key.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <stdexcept>
#include <utility>

namespace latchkey::bench {
namespace {

constexpr std::string_view issuer = "https://idp.example/realms/example";
constexpr std::string_view audience = "account";
constexpr std::chrono::hours lifetime{1};

std::int64_t seconds_of(core::wall_time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// Looks like a random UUID; the same for the same number.
std::string uuid_of(std::uint64_t number) {
  const auto high = (number + 1) * 0x9E3779B97F4A7C15U;
  const auto low = (high ^ high >> 31) * 0xBF58476D1CE4E5B9U;
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", high >> 32, high >> 16 & 0xFFFFU,
                     high & 0xFFFU, low >> 48 & 0xFFFU, low & 0xFFFF'FFFF'FFFFU);
}

// The claims of an access token as a provider issues it for a person who signed in.
std::string claims_of(std::size_t number, core::wall_time expires) {
  const auto exp = seconds_of(expires);
  const auto iat = seconds_of(expires - lifetime);
  return fmt::format(
      R"({{"exp":{},"iat":{},"jti":"{}","iss":"{}","aud":"{}","sub":"{}","typ":"Bearer",)"
      R"("azp":"example-api","sid":"{}",)"
      R"("scope":"openid profile email example:note:read example:note:create"}})",
      exp, iat, uuid_of(3 * number), issuer, audience, uuid_of(3 * number + 1),
      uuid_of(3 * number + 2));
}

std::string header_of(const key_kind& kind, std::string_view kid) {
  return fmt::format(R"({{"alg":"{}","typ":"JWT","kid":"{}"}})", jose::name_of(kind.algorithm),
                     kid);
}

// Calls `work(i)` for each i below `count`, on that many threads, of which the caller's is one and
// the one that tells. False if it was stopped; a fault ends the work and is thrown on.
bool share_out(std::size_t count, unsigned threads, const stop_request& stop,
               const std::function<void(std::size_t)>& work, const signing_report& on_progress) {
  std::atomic<std::size_t> next{0};
  const auto work_on = [&](bool tells) {
    for (std::size_t i = next++; i < count && !stop(); i = next++) {
      try {
        work(i);
      } catch (...) {
        next = count;
        throw;
      }
      if (tells) on_progress(i, count);
    }
  };
  std::vector<std::future<void>> others;
  const auto wanted = std::min<std::size_t>(threads, count);
  for (std::size_t i = 1; i < wanted; ++i) {
    others.push_back(std::async(std::launch::async, work_on, false));
  }
  work_on(true);
  for (auto& other : others) other.get();
  return !stop();
}

std::vector<unsigned char> decoded(std::string_view part) {
  std::vector<unsigned char> bytes(core::base64url_decoded_size(part.size()));
  if (!core::base64url_decode(part, bytes)) throw std::logic_error{"not base64url"};
  return bytes;
}

signed_token taken_apart(std::string text, std::size_t key) {
  signed_token made;
  const auto parts = split(text);
  made.signing_input = text.substr(0, parts.header.size() + 1 + parts.payload.size());
  made.signature = decoded(parts.signature);
  made.digest = jose::sha256(made.signing_input);
  made.key = key;
  made.text = std::move(text);
  return made;
}

std::vector<signed_token> bad_ones(const std::vector<signed_token>& good) {
  const auto& one = good[0];
  const auto& other = good.back();
  const auto parts = split(one.text);
  const auto others = split(other.text);
  auto signature = one.signature;
  signature[signature.size() / 2] ^= 1U;
  const auto with = [&parts](std::string_view payload, std::string_view encoded) {
    return fmt::format("{}.{}.{}", parts.header, payload, encoded);
  };
  return {taken_apart(with(parts.payload, core::base64url_encode(signature)), one.key),
          taken_apart(with(parts.payload, others.signature), one.key),
          taken_apart(with(others.payload, parts.signature), one.key)};
}

jose::signing_key make_pair(const key_kind& kind, std::string kid) {
  return kind.algorithm == jose::algorithm::rs256
             ? jose::signing_key::generate(kind.bits, std::move(kid))
             : jose::signing_key::generate(kind.algorithm, std::move(kid));
}

std::shared_ptr<const jose::key_set> key_set_of(
    const std::vector<std::unique_ptr<jose::signing_key>>& pairs) {
  std::string text = R"({"keys":[)";
  for (const auto& pair : pairs) {
    if (text.back() != '[') text += ',';
    text += pair->public_jwk();
  }
  auto parsed = jose::key_set::parse(text + "]}");
  if (!parsed || (*parsed)->size() != pairs.size()) {
    throw std::runtime_error{"a key that was made is refused"};
  }
  return *parsed;
}

}  // namespace

token_parts split(std::string_view text) {
  const auto first = text.find('.');
  const auto second = text.find('.', first + 1);
  return {text.substr(0, first), text.substr(first + 1, second - first - 1),
          text.substr(second + 1)};
}

std::shared_ptr<const token_set> make_token_set(const token_set_options& options,
                                                const stop_request& stop,
                                                const signing_report& on_progress) {
  const auto made = std::make_shared<token_set>();
  made->kind = options.kind;
  made->now = options.now;
  made->claims.issuer = issuer;
  made->claims.audiences = {std::string{audience}};
  made->claims.clock_skew = std::chrono::seconds{0};
  made->header.algorithms = {options.kind.algorithm};

  std::vector<std::unique_ptr<jose::signing_key>> keys(options.keys);
  const auto make_key = [&](std::size_t i) {
    keys[i] = std::make_unique<jose::signing_key>(make_pair(options.kind, uuid_of(i)));
  };
  if (!share_out(options.keys, options.threads, stop, make_key, [](auto, auto) {})) return nullptr;
  made->key_set = key_set_of(keys);
  for (const auto& pair : keys) made->keys.push_back(made->key_set->find(pair->kid()));

  const auto signed_by = [&](std::size_t number, core::wall_time expires) {
    const auto& pair = *keys[number % keys.size()];
    return taken_apart(pair.sign(header_of(options.kind, pair.kid()), claims_of(number, expires)),
                       number % keys.size());
  };
  made->tokens.resize(options.tokens);
  const auto sign = [&](std::size_t i) {
    made->tokens[i] = signed_by(i, options.now + lifetime - std::chrono::minutes{1});
  };
  if (!share_out(options.tokens, options.threads, stop, sign, on_progress)) return nullptr;
  made->bad = bad_ones(made->tokens);
  made->expired = signed_by(0, options.now - std::chrono::seconds{1});
  return made;
}

}  // namespace latchkey::bench
