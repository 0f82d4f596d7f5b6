#include "record_blocks.hpp"

#include <latchkey/net/record_buffers.hpp>

#include <openssl/crypto.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <malloc.h>

namespace latchkey::net {
namespace {

// Blocks of one kind that nobody has, each with the next one's address in its memory.
class free_list {
 public:
  void* take() {
    auto* const first = first_;
    std::memcpy(&first_, first, sizeof first_);
    --count_;
    return first;
  }
  void put(void* block) {
    std::memcpy(block, &first_, sizeof first_);
    first_ = block;
    ++count_;
  }
  std::size_t count() const { return count_; }

 private:
  void* first_;
  std::size_t count_;
};

// Large buffers come in two kinds, all of one kind made with room for the largest of it.
struct buffer_kind {
  std::size_t least;
  std::size_t most;
  std::size_t kept;
};
constexpr std::size_t kib = 1024;
constexpr std::array kinds{
    // A record of 16 KiB with its header, padding and tag (RFC 8446 section 5.2, RFC 5246
    // section 6.2.3) and what OpenSSL wants for alignment.
    buffer_kind{16 * kib + 1, 17 * kib, kept_record_buffers},
    // The messages of a handshake, 16 KiB, for which OpenSSL allocates a third more.
    buffer_kind{21 * kib, 22 * kib, kept_handshake_buffers}};

// Above what malloc keeps by thread itself. The size of a class is that which malloc gives.
constexpr std::size_t least_block = kib;
constexpr std::size_t most_block = 8 * kib;
constexpr std::size_t grain = 16;
constexpr std::size_t header = sizeof(std::size_t);
constexpr std::size_t classes = (most_block - least_block) / grain + 1;

constexpr std::size_t class_of(std::size_t usable) {
  return (usable + header - least_block) / grain;
}

// Of one thread. Trivial, so that it can be asked by what is freed after all else of the thread.
struct kept_blocks {
  std::array<free_list, kinds.size()> buffers;
  std::array<free_list, classes> blocks;
  std::size_t bytes;  // of the blocks
  bool ended;
};

constinit thread_local kept_blocks kept{};

void release_all(free_list& list) {
  while (list.count() != 0) std::free(list.take());
}

struct thread_end {
  thread_end() = default;
  thread_end(const thread_end&) = delete;
  thread_end& operator=(const thread_end&) = delete;
  ~thread_end() {
    kept.ended = true;
    for (auto& list : kept.buffers) release_all(list);
    for (auto& list : kept.blocks) release_all(list);
  }
};

bool may_keep() {
  thread_local const thread_end gives_back;
  return !kept.ended;
}

bool keep_buffer(void* block, std::size_t usable) {
  constexpr std::size_t beyond = 64;  // what malloc may have added
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (usable < kinds[i].most || usable >= kinds[i].most + beyond) continue;
    if (kept.buffers[i].count() == kinds[i].kept || !may_keep()) return false;
    kept.buffers[i].put(block);
    return true;
  }
  return false;
}

bool keep_block(void* block, std::size_t usable) {
  auto& list = kept.blocks[class_of(usable)];
  if (list.count() == kept_blocks_of_a_size || kept.bytes + usable > kept_block_bytes) return false;
  if (!may_keep()) return false;
  list.put(block);
  kept.bytes += usable;
  return true;
}

}  // namespace

void* allocate_block(std::size_t size, const char*, int) {
  if (size < least_block) return std::malloc(size);
  if (size + header + grain <= most_block) {
    auto& list = kept.blocks[class_of(size + grain - 1)];
    if (list.count() == 0) return std::malloc(size);
    auto* const block = list.take();
    kept.bytes -= ::malloc_usable_size(block);
    return block;
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (size < kinds[i].least || size > kinds[i].most) continue;
    return kept.buffers[i].count() != 0 ? kept.buffers[i].take() : std::malloc(kinds[i].most);
  }
  return std::malloc(size);
}

void* reallocate_block(void* block, std::size_t size, const char*, int) {
  return std::realloc(block, size);
}

void release_block(void* block, const char*, int) {
  const auto usable = block == nullptr ? 0 : ::malloc_usable_size(block);
  if (usable >= least_block) {
    const bool kept_it =
        usable + header < most_block ? keep_block(block, usable) : keep_buffer(block, usable);
    if (kept_it) return;
  }
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
