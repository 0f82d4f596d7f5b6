#include "file_digest.hpp"

#include <latchkey/core/file.hpp>
#include <latchkey/net/client_tls.hpp>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>

namespace latchkey::programs {

std::string digest_of_files(const std::vector<std::filesystem::path>& paths) {
  std::string all;
  for (const auto& path : paths) {
    if (path.empty()) continue;
    const auto read = core::read_file(path, net::max_authorities_bytes);
    const auto text = read ? *read : core::fault_of_file(read.error());
    all += std::to_string(text.size()) + ':' + text;
  }
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest.data());
  OPENSSL_cleanse(all.data(), all.size());
  return {digest.begin(), digest.end()};
}

}  // namespace latchkey::programs
