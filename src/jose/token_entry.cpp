#include "token_entry.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <string>
#include <utility>

namespace latchkey::jose {
namespace {

std::size_t bytes_of(const std::string& text) {
  static const auto inside = std::string{}.capacity();
  return text.capacity() <= inside ? 0 : heap_bytes(text.capacity() + 1);
}

std::size_t bytes_of(const core::principal& whole) {
  // A member more, and this does not compile until it is counted.
  const auto& [issuer, subject, scopes, expiry, claims, client, resources] = whole;
  static_cast<void>(expiry);
  static_cast<void>(resources);
  // Made together with its reference counts or apart from them: the latter is more.
  constexpr std::size_t counts = 32;
  auto sum = heap_bytes(sizeof(core::principal)) + heap_bytes(counts);
  sum += bytes_of(issuer) + bytes_of(subject) + bytes_of(claims) + bytes_of(client);
  const auto items = scopes.items();
  // It grew by doubling, or is a copy and smaller.
  if (!items.empty()) sum += heap_bytes(std::bit_ceil(items.size()) * sizeof(std::string));
  for (const auto& item : items) sum += bytes_of(item);
  return sum;
}

}  // namespace

std::size_t heap_bytes(std::size_t size) {
  if (size >= std::size_t{128} * 1024) return (size + 16 + 4095) / 4096 * 4096;
  return std::max<std::size_t>(32, (size + 8 + 15) / 16 * 16);
}

core::principal_ptr counted_apart(const core::principal_ptr& shared) {
  const auto own = std::make_shared<const core::principal_ptr>(shared);
  return {own, shared.get()};
}

void entry_queue::append(token_entry& one) {
  one.in = this;
  one.older = newest;
  one.newer = nullptr;
  (newest == nullptr ? oldest : newest->newer) = &one;
  newest = &one;
  bytes += one.bytes;
}

void entry_queue::remove(token_entry& one) {
  (one.older == nullptr ? oldest : one.older->newer) = one.newer;
  (one.newer == nullptr ? newest : one.newer->older) = one.older;
  one.in = nullptr;
  bytes -= one.bytes;
}

std::size_t token_entry::size(std::size_t token, std::size_t readers) {
  return sizeof(token_entry) + readers * sizeof(core::principal_ptr) + token;
}

entry_ptr token_entry::make(const hashed_token& token, std::size_t readers, std::size_t maker,
                            cached_grant grant) {
  void* const room = ::operator new(size(token.text.size(), readers));
  // None of this throws.
  auto* const made = ::new (room) token_entry{};
  made->hash = token.hash;
  made->length = token.text.size();
  made->readers = readers;
  made->maker = maker;
  std::uninitialized_value_construct_n(made->principals(), readers);
  made->principals()[maker] = std::move(grant.principal);
  made->generation.store(grant.generation, std::memory_order_relaxed);
  made->grant = std::move(grant);
  std::copy(token.text.begin(), token.text.end(),
            reinterpret_cast<char*>(made->principals() + readers));
  return entry_ptr{made};
}

void entry_delete::operator()(token_entry* gone) const noexcept {
  std::destroy_n(gone->principals(), gone->readers);
  std::destroy_at(gone);
  ::operator delete(gone);
}

std::size_t token_cache::cost(std::string_view token, const cached_grant& grant,
                              std::size_t readers) {
  return heap_bytes(token_entry::size(token.size(), readers)) + bytes_of(grant.kid) +
         (grant.principal ? bytes_of(*grant.principal) : 0);
}

}  // namespace latchkey::jose
