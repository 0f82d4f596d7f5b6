#include "record_blocks.hpp"

#include <latchkey/net/record_buffers.hpp>

#include <openssl/crypto.h>

#include <array>
#include <cstdlib>
#include <malloc.h>

namespace latchkey::net {
namespace {

// A record of 16 KiB with its header, padding and tag (RFC 8446 section 5.2, RFC 5246
// section 6.2.3) and what OpenSSL wants for alignment.
constexpr std::size_t least = std::size_t{16} * 1024 + 1;
constexpr std::size_t most = std::size_t{17} * 1024;

// Of one thread. Trivial, so that it can be asked by what is freed after all else of the thread.
struct kept_blocks {
  std::array<void*, kept_record_buffers> blocks;
  std::size_t count;
  bool ended;
};

constinit thread_local kept_blocks kept{};

struct thread_end {
  thread_end() = default;
  thread_end(const thread_end&) = delete;
  thread_end& operator=(const thread_end&) = delete;
  ~thread_end() {
    kept.ended = true;
    while (kept.count != 0) std::free(kept.blocks[--kept.count]);
  }
};

bool keep(void* block) {
  thread_local const thread_end gives_back;
  if (kept.ended || kept.count == kept.blocks.size()) return false;
  kept.blocks[kept.count++] = block;
  return true;
}

}  // namespace

// All that are kept have room for the largest.
void* allocate_block(std::size_t size, const char*, int) {
  if (size < least || size > most) return std::malloc(size);
  return kept.count != 0 ? kept.blocks[--kept.count] : std::malloc(most);
}

void* reallocate_block(void* block, std::size_t size, const char*, int) {
  return std::realloc(block, size);
}

void release_block(void* block, const char*, int) {
  constexpr std::size_t beyond = 64;  // what malloc may have added
  const auto size = block == nullptr ? 0 : ::malloc_usable_size(block);
  if (size >= most && size < most + beyond && keep(block)) return;
  std::free(block);
}

bool keep_record_buffers() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return CRYPTO_set_mem_functions(allocate_block, reallocate_block, release_block) == 1;
#endif
}

}  // namespace latchkey::net
