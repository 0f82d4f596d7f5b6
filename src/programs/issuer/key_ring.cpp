#include "issuer/key_ring.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace latchkey::issuer {
namespace {

std::string thumbprint(const jose::signing_key& key) {
  const auto jwk = boost::json::parse(key.public_jwk());
  // Those of these members that a key of its type has, in this order (RFC 7638 section 3.2).
  boost::json::object named;
  for (const auto* name : {"crv", "e", "kty", "n", "x", "y"}) {
    if (const auto* member = jwk.as_object().if_contains(name)) named[name] = *member;
  }
  const auto text = boost::json::serialize(named);
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"SHA-256 is not available"};
  }
  return core::base64url_encode(digest);
}

}  // namespace

jose::signing_key new_key(unsigned bits) {
  return key_from_pem(jose::signing_key::generate(bits, {}).to_pem());
}

jose::signing_key key_from_pem(std::string_view pem, std::string kid) {
  if (kid.empty()) kid = thumbprint(jose::signing_key::from_pem(pem, {}));
  return jose::signing_key::from_pem(pem, std::move(kid));
}

std::string jwks_of(const std::vector<jose::signing_key>& keys) {
  std::string text = "{\"keys\":[";
  for (const auto& one : keys) {
    if (text.back() != '[') text += ',';
    text += one.public_jwk();
  }
  return text + "]}";
}

key_ring::key_ring(jose::signing_key first) {
  keys_.push_back(std::move(first));
}

std::vector<std::string> key_ring::published() const {
  std::vector<std::string> kids;
  kids.reserve(keys_.size());
  for (const auto& one : keys_) kids.push_back(one.kid());
  return kids;
}

void key_ring::publish(jose::signing_key fresh) {
  keys_.push_back(std::move(fresh));
}

void key_ring::sign_with_newest() {
  signing_ = keys_.size() - 1;
}

void key_ring::drop_others() {
  std::swap(keys_.front(), keys_[signing_]);
  keys_.erase(keys_.begin() + 1, keys_.end());
  signing_ = 0;
}

}  // namespace latchkey::issuer
