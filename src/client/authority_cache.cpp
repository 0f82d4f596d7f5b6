#include <latchkey/client/authority_cache.hpp>
#include <latchkey/core/file.hpp>

#include <openssl/sha.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace latchkey::client {
namespace {

std::string text_of(const core::file_mark& mark) {
  return std::to_string(mark.device) + ' ' + std::to_string(mark.inode) + ' ' +
         std::to_string(mark.bytes) + ' ' + std::to_string(mark.modified) + ' ' +
         std::to_string(mark.changed);
}

// The bundle that OpenSSL reads, by where it is and what is there.
std::string key_of_system() {
  const char* const named = std::getenv(X509_get_default_cert_file_env());
  const std::string file = named != nullptr ? named : X509_get_default_cert_file();
  return "system " + file + ' ' + text_of(core::mark_of(file));
}

std::string key_of(std::string_view pem) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(pem.data()), pem.size(), digest.data());
  return {digest.begin(), digest.end()};
}

}  // namespace

net::authorities authority_cache::kept(const std::string& key, const auto& make) {
  const std::lock_guard lock{mutex_};
  std::erase_if(known_, [](const auto& one) { return one.second.expired(); });
  auto& place = known_[key];
  auto present = place.lock();
  if (!present) place = present = make();
  return present;
}

net::authorities authority_cache::of(const std::filesystem::path& file) {
  if (file.empty()) return kept(key_of_system(), net::system_authorities);
  const auto pem = core::read_file(file, net::max_authorities_bytes);
  if (!pem) return net::authorities_in(file);  // says what is wrong
  return kept(key_of(*pem), [&] { return net::authorities_in(file, *pem); });
}

}  // namespace latchkey::client
