#include "token_table.hpp"

#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace latchkey::jose {
namespace {

constexpr std::size_t first_slots = 8;

}  // namespace

struct token_table::slot {
  std::atomic<std::uint64_t> hash{0};
  std::atomic<token_entry*> held{nullptr};
};

// Linear probing over a power of two of slots, which stand behind it. One that has been outgrown
// stays until the cache ends, since nobody knows who still looks into it; all of them together are
// smaller than the one in use.
struct token_table::block {
  block* smaller = nullptr;
  std::size_t slots = 0;

  slot* first() { return reinterpret_cast<slot*>(this + 1); }
  slot& at(std::uint64_t place) { return first()[place & (slots - 1)]; }

  static std::size_t size(std::size_t slots) { return sizeof(block) + slots * sizeof(slot); }

  static block* make(std::size_t slots, block* smaller) {
    auto* const made = ::new (::operator new(size(slots))) block{smaller, slots};
    std::uninitialized_default_construct_n(made->first(), slots);
    return made;
  }

  static void end(block* gone) {
    std::destroy_n(gone->first(), gone->slots);
    std::destroy_at(gone);
    ::operator delete(gone);
  }
};

token_table::~token_table() {
  for (auto* one = block_.load(); one != nullptr;) block::end(std::exchange(one, one->smaller));
}

// A pinned entry is safe to look at only where it was still in its slot afterwards: who takes it
// out of there looks for pins later than that, and sees this one. So the pin, the second look, the
// taking out and the search for pins are all in the one order of memory_order_seq_cst.
token_entry* token_table::find(const hashed_token& token, pin& mine) const {
  auto* const in = block_.load(std::memory_order_acquire);
  if (in == nullptr) return nullptr;
  for (std::size_t i = 0; i < in->slots; ++i) {
    auto& at = in->at(token.hash + i);
    auto* const held = at.held.load(std::memory_order_acquire);
    if (held == nullptr) return nullptr;
    // The hash first: how long the comparison of bytes takes is told to nobody who does not have
    // the token.
    if (at.hash.load(std::memory_order_relaxed) != token.hash) continue;
    mine.store(held, std::memory_order_seq_cst);
    if (at.held.load(std::memory_order_seq_cst) == held && held->is(token)) return held;
    mine.store(nullptr, std::memory_order_release);
  }
  return nullptr;
}

token_entry* token_table::locate(const hashed_token& token) const {
  auto* const in = block_.load(std::memory_order_relaxed);
  if (in == nullptr) return nullptr;
  for (auto at = token.hash;; ++at) {
    auto* const held = in->at(at).held.load(std::memory_order_relaxed);
    if (held == nullptr || held->is(token)) return held;
  }
}

void token_table::place(token_entry& one) {
  place(*block_.load(std::memory_order_relaxed), one.hash, one);
}

void token_table::place(block& in, std::uint64_t hash, token_entry& one) {
  auto at = hash;
  while (in.at(at).held.load(std::memory_order_relaxed) != nullptr) ++at;
  // The hash before what it is of: who sees the entry sees its hash, or a later one.
  in.at(at).hash.store(hash, std::memory_order_relaxed);
  in.at(at).held.store(&one, std::memory_order_seq_cst);
}

void token_table::remove(const token_entry& one) {
  auto& in = *block_.load(std::memory_order_relaxed);
  auto at = one.hash;
  while (in.at(at).held.load(std::memory_order_relaxed) != &one) ++at;
  in.at(at).held.store(nullptr, std::memory_order_seq_cst);
  // What probing had pushed past this slot moves back, so that no search ends too early. A reader
  // that looks meanwhile may miss what moves; it finds nothing that is not there.
  for (auto next = at + 1;; ++next) {
    auto* const held = in.at(next).held.load(std::memory_order_relaxed);
    if (held == nullptr) return;
    // Not asked of the entry, which is somewhere else in memory.
    const auto hash = in.at(next).hash.load(std::memory_order_relaxed);
    const auto distance = (next - hash) & (in.slots - 1);
    if (distance < next - at) continue;
    in.at(at).hash.store(hash, std::memory_order_relaxed);
    in.at(at).held.store(held, std::memory_order_seq_cst);
    in.at(next).held.store(nullptr, std::memory_order_seq_cst);
    at = next;
  }
}

std::size_t token_table::slots() const {
  const auto* const in = block_.load(std::memory_order_relaxed);
  return in == nullptr ? 0 : in->slots;
}

std::size_t token_table::bytes_to_widen() const {
  return heap_bytes(block::size(slots() == 0 ? first_slots : slots() * 2));
}

// Filled before it is shown. A search in the one before ends at its emptied slots.
void token_table::widen() {
  auto* const before = block_.load(std::memory_order_relaxed);
  auto* const wider = block::make(before == nullptr ? first_slots : before->slots * 2, before);
  for (std::size_t i = 0; before != nullptr && i < before->slots; ++i) {
    const auto& from = before->at(i);
    auto* const held = from.held.load(std::memory_order_relaxed);
    if (held != nullptr) place(*wider, from.hash.load(std::memory_order_relaxed), *held);
  }
  block_.store(wider, std::memory_order_release);
  for (std::size_t i = 0; before != nullptr && i < before->slots; ++i) {
    before->at(i).held.store(nullptr, std::memory_order_seq_cst);
  }
}

}  // namespace latchkey::jose
