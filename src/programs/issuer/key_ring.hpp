// The signing keys of the development issuer: one signs, and those that are published are in the
// key set. The two are independent, since tests need every combination. Lives on one executor. Not
// for storage: only the first key may come from a file.
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
std::string jwks_of(const std::vector<const jose::signing_key*>& keys);

class key_ring {
 public:
  explicit key_ring(jose::signing_key first);

  const jose::signing_key& signing() const { return *signing_; }
  // In the order they were made.
  std::vector<std::string> published() const;
  std::string jwks() const;

  // A new key that is published and does not sign yet.
  void publish(jose::signing_key fresh);
  // The newest published key signs from now on. False where none is published.
  bool sign_with_newest();
  // The key that signed before this one signs again, and is published if it no longer was. False
  // where no other has signed.
  bool sign_with_previous();
  // No key but the one that signs stays published.
  void drop_others();
  // The published keys of that kid are no longer published; one that signs goes on signing. False
  // where there is none.
  bool unpublish(std::string_view kid);

 private:
  using key = std::shared_ptr<const jose::signing_key>;
  void sign_with(key next);

  std::vector<key> published_;
  key signing_;
  key previous_;  // null until another has signed
};

}  // namespace latchkey::issuer
