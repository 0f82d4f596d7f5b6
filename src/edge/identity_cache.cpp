#include <latchkey/edge/identity_cache.hpp>

#include <cstdint>

namespace latchkey::edge {

std::size_t identity_cache::place_of(const identity_fields& by, const core::principal* who) {
  constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
  const auto both =
      reinterpret_cast<std::uintptr_t>(who) ^ (reinterpret_cast<std::uintptr_t>(&by) << 1U);
  return static_cast<std::size_t>(both * golden >> 32U) % places;
}

const http::response* identity_cache::find(const identity_fields& by,
                                           const core::principal_ptr& who) const {
  if (entries_.empty()) return nullptr;
  const auto& one = entries_[place_of(by, who.get())];
  return one.by == &by && one.who == who ? &one.answer : nullptr;
}

void identity_cache::put(const identity_fields& by, const core::principal_ptr& who,
                         const http::response& answer) {
  if (entries_.empty()) entries_.resize(places);
  entries_[place_of(by, who.get())] = {&by, who, answer};
}

}  // namespace latchkey::edge
