// Keys and signed tokens as a provider would issue them, all made before anything is timed. Not for
// lasting keys: these serve one run.
#pragma once

#include "verify/measure.hpp"

#include <latchkey/core/time.hpp>
#include <latchkey/jose/digest.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/verifier.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench {

struct key_kind {
  jose::algorithm algorithm = jose::algorithm::rs256;
  unsigned bits = 2048;  // of an RSA key; of every other its curve says it
};

struct token_set_options {
  key_kind kind;
  unsigned keys = 4;
  unsigned tokens = 4000;
  unsigned threads = 1;  // that sign
  core::wall_time now;
};

struct signed_token {
  std::string text;
  std::size_t key = 0;          // its index among the keys
  std::string signing_input;    // the first two parts
  jose::sha256_value digest{};  // of the signing input
  std::vector<unsigned char> signature;
};

// Immutable once made: any number of threads may read it.
struct token_set {
  key_kind kind;
  std::vector<std::shared_ptr<const jose::key>> keys;
  std::shared_ptr<const jose::key_set> key_set;
  // Each signed by another key than the one before it, where there are several.
  std::vector<signed_token> tokens;
  // Tokens with a key of ours and a signature that is not this key's over this text: one bit turned
  // over, another token's signature, another token's claims.
  std::vector<signed_token> bad;
  // Signed as it should be, and expired.
  signed_token expired;
  jose::claim_rules claims;
  jose::header_rules header;
  core::wall_time now;
};

// Told how many of the tokens have been signed.
using signing_report = std::function<void(std::size_t done, std::size_t of)>;

// Null if it was stopped. Throws std::runtime_error where a key cannot be made.
std::shared_ptr<const token_set> make_token_set(const token_set_options& options,
                                                const stop_request& stop,
                                                const signing_report& on_progress);

// The parts of a token's text around its two dots.
struct token_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};
token_parts split(std::string_view text);

}  // namespace latchkey::bench
