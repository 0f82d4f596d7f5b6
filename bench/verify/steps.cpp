#include "verify/steps.hpp"

#include "verify/turn.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/json_view.hpp>
#include <latchkey/jose/signature.hpp>
#include <latchkey/jose/token.hpp>

#include <algorithm>
#include <array>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <utility>

namespace latchkey::bench {
namespace {

// What a step works on is as near as it is in a whole check, where it has just been written.
constexpr std::size_t kept_near = 8;

// `right(i)` does the step for the token of index i and tells whether it came out as it should.
template <class Right>
benchmark_case step_of(std::string name, std::size_t count, Right right) {
  return {std::move(name),
          [next = turn{count, 0}, right = std::move(right)](std::size_t iterations) mutable {
            std::size_t sum = 0;
            for (std::size_t i = 0; i < iterations; ++i) sum += right(next.take()) ? 1 : 0;
            return sum;
          },
          {}};
}

struct decoded_texts {
  std::string header;
  std::string payload;
};

std::shared_ptr<const std::vector<decoded_texts>> decode_all(const token_set& load) {
  auto made = std::make_shared<std::vector<decoded_texts>>();
  for (const auto& token : load.tokens) {
    const auto parts = split(token.text);
    made->push_back({core::base64url_decode(parts.header).value_or(""),
                     core::base64url_decode(parts.payload).value_or("")});
  }
  return made;
}

std::shared_ptr<const std::vector<jose::token>> parse_some(const token_set& load) {
  auto made = std::make_shared<std::vector<jose::token>>();
  for (std::size_t i = 0; i < std::min(kept_near, load.tokens.size()); ++i) {
    auto parsed = jose::parse_token(load.tokens[i].text);
    if (!parsed) throw wrong_answer{"parse_token: a valid token was refused"};
    made->push_back(std::move(*parsed));
  }
  return made;
}

bool decodes(std::string_view part) {
  std::array<unsigned char, 2048> room;
  return core::base64url_decode(part, room).has_value();
}

bool is_object(const std::string& text) {
  std::array<unsigned char, 4096> room;
  std::pmr::monotonic_buffer_resource memory{room.data(), room.size()};
  const auto parsed = jose::parse_json_view(text, {}, memory);
  return parsed && parsed->is_object();
}

benchmark_case split_step(const token_set_ptr& load) {
  return step_of("split", load->tokens.size(), [load](std::size_t i) {
    const auto parts = split(load->tokens[i].text);
    return !parts.header.empty() && !parts.signature.empty();
  });
}

benchmark_case base64url_step(const token_set_ptr& load) {
  return step_of("base64url", load->tokens.size(), [load](std::size_t i) {
    const auto parts = split(load->tokens[i].text);
    return decodes(parts.header) && decodes(parts.payload) && decodes(parts.signature);
  });
}

benchmark_case json_step(const token_set& load) {
  return step_of("json", load.tokens.size(), [texts = decode_all(load)](std::size_t i) {
    return is_object((*texts)[i].header) && is_object((*texts)[i].payload);
  });
}

benchmark_case parse_step(const token_set_ptr& load) {
  return step_of("parse_token", load->tokens.size(), [load](std::size_t i) {
    return jose::parse_token(load->tokens[i].text).has_value();
  });
}

benchmark_case digest_step(const token_set_ptr& load) {
  return step_of("digest", load->tokens.size(), [load](std::size_t i) {
    const auto& token = load->tokens[i];
    return jose::sha256(token.signing_input) == token.digest;
  });
}

benchmark_case signature_step(const token_set_ptr& load, const jose::rsa_single_kernel* single) {
  return step_of("signature", load->tokens.size(), [load, single](std::size_t i) {
    const auto& token = load->tokens[i];
    return !jose::verify_rs256_digest(*load->keys[token.key], token.digest, token.signature,
                                      single);
  });
}

}  // namespace

std::vector<benchmark_case> step_cases(const token_set_ptr& load,
                                       const jose::rsa_single_kernel* single) {
  const auto parsed = parse_some(*load);
  auto header_and_key = [load, parsed](std::size_t i) {
    const auto& token = (*parsed)[i];
    const auto alg = jose::check_header(token, load->header);
    return alg && load->key_set->choose(token.kid().value_or(""), *alg).has_value();
  };
  auto claims = [load, parsed](std::size_t i) {
    return jose::check_claims((*parsed)[i], load->claims, load->now).has_value();
  };
  return {split_step(load),
          base64url_step(load),
          json_step(*load),
          parse_step(load),
          step_of("header_and_key", parsed->size(), std::move(header_and_key)),
          digest_step(load),
          signature_step(load, single),
          step_of("claims", parsed->size(), std::move(claims))};
}

}  // namespace latchkey::bench
