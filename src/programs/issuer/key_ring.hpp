// The signing keys of the development issuer: one signs, all are published. Lives on one executor.
// Not for keeping keys on disk: only the first one may come from a file.
#pragma once

#include <latchkey/jose/signing_key.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::issuer {

// A new RSA key of that size whose kid is its thumbprint.
jose::signing_key new_key(unsigned bits = 2048);
// A key from PEM text. An empty kid stands for the thumbprint (RFC 7638), so that a key keeps its
// name wherever it is read. Throws std::runtime_error for what signing_key does not
// take.
jose::signing_key key_from_pem(std::string_view pem, std::string kid = {});

// {"keys":[...]} of those keys.
std::string jwks_of(const std::vector<jose::signing_key>& keys);

class key_ring {
 public:
  explicit key_ring(jose::signing_key first);

  const jose::signing_key& signing() const { return keys_[signing_]; }
  // In the order they were made.
  std::vector<std::string> published() const;
  std::string jwks() const { return jwks_of(keys_); }

  // A new key that is published and does not sign yet.
  void publish(jose::signing_key fresh);
  // The newest published key signs from now on.
  void sign_with_newest();
  // Only the key that signs stays published.
  void drop_others();

 private:
  std::vector<jose::signing_key> keys_;
  std::size_t signing_ = 0;
};

}  // namespace latchkey::issuer
