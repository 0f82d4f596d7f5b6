// Memory for what lives as long as a request or less, and comes and goes with each: a thread keeps
// the blocks it gave back for who asks next. Not for what lasts, nor for blocks above `largest`,
// which are those of the C++ allocator.
#pragma once

#include <cstddef>
#include <new>
#include <string>

namespace latchkey::core {

class block_cache {
 public:
  // In bytes: up to here blocks are kept, in classes of so much.
  static constexpr std::size_t largest = 2048;
  static constexpr std::size_t step = 64;
  // How many of a class a thread keeps: what more a burst has needed goes back at once.
  static constexpr std::size_t max_kept = 32;

  // Aligned for every type without demands of its own. Throws std::bad_alloc.
  static void* take(std::size_t size);
  // `block` is from take(size) of any thread. Under a sanitizer nothing is kept: it is to see who
  // uses what has been given back.
  static void give_back(void* block, std::size_t size) noexcept;
};

// The same as an allocator of the standard library.
template <class T>
struct block_allocator {
  using value_type = T;
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

  block_allocator() = default;
  template <class Other>
  block_allocator(const block_allocator<Other>& /*other*/) noexcept {}

  T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length{};
    return static_cast<T*>(block_cache::take(count * sizeof(T)));
  }
  void deallocate(T* block, std::size_t count) noexcept {
    block_cache::give_back(block, count * sizeof(T));
  }

  bool operator==(const block_allocator&) const = default;
};

// A text that lives as long as a request.
using block_string = std::basic_string<char, std::char_traits<char>, block_allocator<char>>;

}  // namespace latchkey::core
