#include "issuer/key_ring.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

#include <algorithm>
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

std::string jwks_of(const std::vector<const jose::signing_key*>& keys) {
  std::string text = "{\"keys\":[";
  for (const auto* one : keys) {
    if (text.back() != '[') text += ',';
    text += one->public_jwk();
  }
  return text + "]}";
}

key_ring::key_ring(jose::signing_key first)
    : published_{std::make_shared<const jose::signing_key>(std::move(first))},
      signing_{published_.front()} {}

std::vector<std::string> key_ring::published() const {
  std::vector<std::string> kids;
  kids.reserve(published_.size());
  for (const auto& one : published_) kids.push_back(one->kid());
  return kids;
}

std::string key_ring::jwks() const {
  std::vector<const jose::signing_key*> keys;
  keys.reserve(published_.size());
  for (const auto& one : published_) keys.push_back(one.get());
  return jwks_of(keys);
}

void key_ring::publish(jose::signing_key fresh) {
  published_.push_back(std::make_shared<const jose::signing_key>(std::move(fresh)));
}

void key_ring::sign_with(key next) {
  if (next == signing_) return;
  previous_ = std::exchange(signing_, std::move(next));
}

bool key_ring::sign_with_newest() {
  if (published_.empty()) return false;
  sign_with(published_.back());
  return true;
}

bool key_ring::sign_with_previous() {
  if (!previous_) return false;
  sign_with(previous_);
  if (std::find(published_.begin(), published_.end(), signing_) == published_.end()) {
    published_.push_back(signing_);
  }
  return true;
}

void key_ring::drop_others() {
  std::erase_if(published_, [this](const key& one) { return one != signing_; });
}

bool key_ring::unpublish(std::string_view kid) {
  return std::erase_if(published_, [kid](const key& one) { return one->kid() == kid; }) != 0;
}

}  // namespace latchkey::issuer
