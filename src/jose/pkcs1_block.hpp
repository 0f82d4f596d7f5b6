// The block that an RSASSA-PKCS1-v1_5 signature must decipher to. Written, and never parsed: there
// is one right block, and whoever compares the whole of it cannot be lenient.
#pragma once

#include <latchkey/jose/algorithm.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace latchkey::jose {

// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): 00 01 FF ... FF 00, the DigestInfo, the digest. `block`
// is as long as the modulus, which leaves room for all of it; `digest` is of that kind.
inline void write_pkcs1_block(std::span<unsigned char> block, digest_kind kind,
                              std::span<const unsigned char> digest) {
  // The DER up to the digest (note 1 there). The kinds differ in two lengths and in the last byte
  // of the algorithm's name.
  std::array<unsigned char, 19> info{0x30, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                     0x65, 0x03, 0x04, 0x02, 0x00, 0x05, 0x00, 0x04, 0x00};
  info[1] = static_cast<unsigned char>(info.size() - 2 + digest.size());
  info[14] = kind == digest_kind::sha256 ? 0x01 : kind == digest_kind::sha384 ? 0x02 : 0x03;
  info[18] = static_cast<unsigned char>(digest.size());
  const auto tail = info.size() + digest.size();
  std::fill(block.begin(), block.end(), static_cast<unsigned char>(0xFF));
  block[0] = 0x00;
  block[1] = 0x01;
  block[block.size() - tail - 1] = 0x00;
  std::copy(info.begin(), info.end(), block.last(tail).begin());
  std::copy(digest.begin(), digest.end(), block.last(digest.size()).begin());
}

}  // namespace latchkey::jose
