// Counts by texts of which there are few, such as the codes of refusals: found by where a text
// stands, so that none is compared. One thread adds, any thread reads, without a lock. Not for
// texts that do not last as long as the program.
#pragma once

#include <latchkey/core/counter.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace latchkey::core {

class text_counts {
 public:
  // So many texts have a count of their own; further ones are counted together.
  static constexpr std::size_t capacity = 256;

  // Of the one thread. `text` has static storage.
  void add(std::string_view text) {
    for (std::size_t i = 0; i < max_probes; ++i) {
      auto& at = entries_[(start_of(text) + i) % capacity];
      const auto* const data = at.data.load(std::memory_order_relaxed);
      if (data == text.data() && at.size == text.size()) return at.count.add();
      if (data != nullptr) continue;
      at.size = text.size();
      at.count.add();
      // From here on others read it.
      return at.data.store(text.data(), std::memory_order_release);
    }
    others_.add();
  }

  // Any thread: calls visit(text, count) for each. A text that stands in several places comes
  // several times.
  template <class Visit>
  void each(const Visit& visit) const {
    for (const auto& one : entries_) {
      const auto* const data = one.data.load(std::memory_order_acquire);
      if (data != nullptr) visit(std::string_view{data, one.size}, one.count.get());
    }
    if (others_.get() != 0) visit(std::string_view{"other"}, others_.get());
  }

 private:
  static constexpr std::size_t max_probes = 16;

  struct entry {
    std::atomic<const char*> data{nullptr};
    std::size_t size = 0;
    counter count;
  };

  static std::size_t start_of(std::string_view text) {
    constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
    return static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(text.data()) * golden >> 48U);
  }

  std::array<entry, capacity> entries_;
  counter others_;
};

}  // namespace latchkey::core
