#include <latchkey/core/block_cache.hpp>

#include <array>

namespace latchkey::core {
namespace {

// Stands in a block that nobody has.
struct free_block {
  free_block* next;
};

struct block_class {
  free_block* first;
  std::size_t count;
};

constexpr std::size_t classes = block_cache::largest / block_cache::step;

// Of one thread. Trivial, so that it can be asked by what is freed after all else of the thread.
struct kept_blocks {
  std::array<block_class, classes> by_class;
  bool ended;
};

constinit thread_local kept_blocks kept{};

struct thread_end {
  thread_end() = default;
  thread_end(const thread_end&) = delete;
  thread_end& operator=(const thread_end&) = delete;
  ~thread_end() {
    kept.ended = true;
    for (auto& of : kept.by_class) {
      while (of.first != nullptr) {
        auto* const gone = of.first;
        of.first = gone->next;
        ::operator delete(gone);
      }
      of.count = 0;
    }
  }
};

// Of a size that is kept.
std::size_t class_of(std::size_t size) {
  return size == 0 ? 0 : (size - 1) / block_cache::step;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keeps = false;
#elif defined(__has_feature)
constexpr bool keeps = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool keeps = true;
#endif

}  // namespace

void* block_cache::take(std::size_t size) {
  if (!keeps || size > largest) return ::operator new(size);
  const auto at = class_of(size);
  auto& of = kept.by_class[at];
  if (of.first == nullptr) return ::operator new((at + 1) * step);
  auto* const taken = of.first;
  of.first = taken->next;
  --of.count;
  return taken;
}

void block_cache::give_back(void* block, std::size_t size) noexcept {
  if (keeps && size <= largest) {
    thread_local const thread_end gives_back;
    auto& of = kept.by_class[class_of(size)];
    if (of.count < max_kept && !kept.ended) {
      of.first = ::new (block) free_block{of.first};
      ++of.count;
      return;
    }
  }
  ::operator delete(block);
}

}  // namespace latchkey::core
