// The baseline: OpenSSL's signature check alone, without latchkey, with all that it needs prepared
// beforehand.
#pragma once

#include "verify/token_set.hpp"

#include <latchkey/jose/evp.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace latchkey::bench {

// EVP_PKEY_verify of a digest computed beforehand, one prepared context for each key. Ed25519,
// which has no such function, is checked by EVP_DigestVerify of the whole text.
class raw_openssl {
 public:
  // Begins with the token of that index. Throws std::runtime_error where OpenSSL refuses a key.
  raw_openssl(std::shared_ptr<const token_set> load, std::size_t first);

  std::size_t run(std::size_t iterations);
  bool refuses_bad();

 private:
  // What OpenSSL is given of one token.
  struct item {
    std::size_t key;
    std::vector<unsigned char> signed_bytes;
    std::vector<unsigned char> signature;
  };
  // Of the one and the other only that is there which the algorithm takes.
  struct prepared_key {
    jose::evp_pkey_context context;
    jose::evp_digest_context whole_text;
  };

  static item item_of(const signed_token& token, jose::algorithm algorithm);
  static prepared_key prepare_key(const jose::key& key, jose::algorithm algorithm);
  bool valid(const item& one);

  std::shared_ptr<const token_set> load_;
  std::vector<prepared_key> keys_;
  std::vector<item> items_;
  std::vector<item> bad_;
  std::size_t next_;
  std::size_t next_bad_ = 0;
};

}  // namespace latchkey::bench
