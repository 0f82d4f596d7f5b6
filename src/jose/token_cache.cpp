#include <latchkey/jose/token_cache.hpp>

#include <algorithm>
#include <bit>
#include <new>
#include <stdexcept>
#include <utility>

namespace latchkey::jose {
namespace {

constexpr std::size_t first_slots = 8;
// How many entries in use are passed over when one has to go: no request pays for a whole round.
constexpr int max_spared = 64;

// What malloc of glibc takes for a block of that size; from 128 KiB on it may be whole pages.
std::size_t heap_bytes(std::size_t size) {
  if (size >= std::size_t{128} * 1024) return (size + 16 + 4095) / 4096 * 4096;
  return std::max<std::size_t>(32, (size + 8 + 15) / 16 * 16);
}

std::size_t heap_bytes(const std::string& text) {
  static const auto inside = std::string{}.capacity();
  return text.capacity() <= inside ? 0 : heap_bytes(text.capacity() + 1);
}

std::size_t heap_bytes(const core::principal& whole) {
  // A member more, and this does not compile until it is counted.
  const auto& [issuer, subject, scopes, expiry, claims, client] = whole;
  static_cast<void>(expiry);
  // Made together with its reference counts or apart from them: the latter is more.
  constexpr std::size_t counts = 32;
  auto sum = heap_bytes(sizeof(core::principal)) + heap_bytes(counts);
  sum += heap_bytes(issuer) + heap_bytes(subject) + heap_bytes(claims) + heap_bytes(client);
  const auto items = scopes.items();
  // It grew by doubling, or is a copy and smaller.
  if (!items.empty()) sum += heap_bytes(std::bit_ceil(items.size()) * sizeof(std::string));
  for (const auto& item : items) sum += heap_bytes(item);
  return sum;
}

bool in_time(const cached_grant& grant, core::wall_time now) {
  return grant.checked_at <= now && now < grant.until;
}

}  // namespace

// The token's text stands behind it in the same block, so that a hit reads one place, not two.
struct token_cache::entry {
  std::uint64_t hash;
  queue* in = nullptr;
  entry* older = nullptr;
  entry* newer = nullptr;
  std::size_t bytes;
  std::size_t length;
  bool hit = false;  // since it joined the established ones, or was passed over
  cached_grant grant;

  std::string_view token() const { return {reinterpret_cast<const char*>(this + 1), length}; }

  static entry_ptr make(std::uint64_t hash, std::size_t bytes, std::string_view token,
                        cached_grant grant) {
    void* const room = ::operator new(sizeof(entry) + token.size());
    auto* const text = static_cast<char*>(room) + sizeof(entry);
    std::copy(token.begin(), token.end(), text);
    return entry_ptr{::new (room) entry{
        .hash = hash, .bytes = bytes, .length = token.size(), .grant = std::move(grant)}};
  }
};

void token_cache::entry_delete::operator()(entry* gone) const noexcept {
  std::destroy_at(gone);
  ::operator delete(gone);
}

void token_cache::queue::append(entry& one) {
  one.in = this;
  one.older = newest;
  one.newer = nullptr;
  (newest == nullptr ? oldest : newest->newer) = &one;
  newest = &one;
  bytes += one.bytes;
}

void token_cache::queue::remove(entry& one) {
  (one.older == nullptr ? oldest : one.older->newer) = one.newer;
  (one.newer == nullptr ? newest : one.newer->older) = one.older;
  bytes -= one.bytes;
}

token_cache::token_cache(std::size_t limit, core::siphash_key secret)
    : secret_{secret}, limit_{limit} {}

token_cache::~token_cache() = default;

const cached_grant* token_cache::find(std::string_view token, core::wall_time now) {
  if (limit_ == 0) return nullptr;
  auto* const at = locate(core::siphash_1_3(secret_, token), token);
  if (at == nullptr) {
    misses_.add(1);
    return nullptr;
  }
  auto& found = *at->held;
  if (!in_time(found.grant, now)) {
    misses_.add(1);
    drop(found, expirations_);
    return nullptr;
  }
  hits_.add(1);
  if (found.in == &established_) {
    found.hit = true;
  } else {
    probation_.remove(found);
    established_.append(found);
  }
  return &found.grant;
}

void token_cache::update_generation(const cached_grant& found, std::uint64_t generation) {
  // It stands in an entry, which is not const; given out as const, since its size is accounted for.
  const_cast<cached_grant&>(found).generation = generation;
}

bool token_cache::put(std::string_view token, cached_grant grant) {
  if (!grant.principal) throw std::invalid_argument{"token_cache: a grant without a principal"};
  if (limit_ == 0) return false;
  const auto hash = core::siphash_1_3(secret_, token);
  if (auto* const before = locate(hash, token)) drop(*before->held, erasures_);
  const auto now = grant.checked_at;
  if (!in_time(grant, now)) return false;
  const auto need = cost(token, grant);
  if (need > limit_ / 8 || !make_room(need, now)) {
    too_large_.add(1);
    return false;
  }
  auto made = entry::make(hash, need, token, std::move(grant));
  bytes_.add(need);
  probation_.append(*made);
  place(hash, std::move(made));
  entries_.add(1);
  insertions_.add(1);
  return true;
}

void token_cache::erase(std::string_view token) {
  if (limit_ == 0) return;
  auto* const at = locate(core::siphash_1_3(secret_, token), token);
  if (at != nullptr) drop(*at->held, erasures_);
}

std::size_t token_cache::cost(std::string_view token, const cached_grant& grant) {
  return heap_bytes(sizeof(entry) + token.size()) + heap_bytes(grant.kid) +
         (grant.principal ? heap_bytes(*grant.principal) : 0);
}

token_cache::slot* token_cache::locate(std::uint64_t hash, std::string_view token) {
  if (table_.empty()) return nullptr;
  const auto mask = table_.size() - 1;
  for (auto at = hash & mask; table_[at].held; at = (at + 1) & mask) {
    // The hash first: how long the comparison of bytes takes is told to nobody who does not have
    // the token.
    if (table_[at].hash == hash && table_[at].held->token() == token) return &table_[at];
  }
  return nullptr;
}

void token_cache::place(std::uint64_t hash, entry_ptr made) {
  const auto mask = table_.size() - 1;
  auto at = hash & mask;
  while (table_[at].held) at = (at + 1) & mask;
  table_[at] = {hash, std::move(made)};
}

void token_cache::drop(entry& one, core::counter& reason) {
  const auto mask = table_.size() - 1;
  auto at = one.hash & mask;
  while (table_[at].held.get() != &one) at = (at + 1) & mask;

  one.in->remove(one);
  const auto bytes = one.bytes;
  table_[at].held.reset();
  bytes_.subtract(bytes);
  entries_.subtract(1);
  reason.add(1);

  // What probing had pushed past this slot moves back, so that no search ends too early.
  for (auto next = (at + 1) & mask; table_[next].held; next = (next + 1) & mask) {
    const auto distance = (next - table_[next].hash) & mask;
    if (distance < ((next - at) & mask)) continue;
    table_[at] = std::move(table_[next]);
    at = next;
  }
}

bool token_cache::make_room(std::size_t need, core::wall_time now) {
  while (table_full()) {
    const auto wider = heap_bytes(std::max(first_slots, table_.size() * 2) * sizeof(slot));
    if (bytes_.get() + wider + need <= limit_) {
      widen_table();
    } else if (entries_.get() == 0) {
      return false;
    } else {
      evict(now);
    }
  }
  while (bytes_.get() + need > limit_) {
    if (entries_.get() == 0) return false;
    evict(now);
  }
  return true;
}

void token_cache::evict(core::wall_time now) {
  for (auto* const one : {&established_, &probation_}) {
    if (one->oldest != nullptr && !in_time(one->oldest->grant, now)) {
      drop(*one->oldest, expirations_);
      return;
    }
  }
  if (established_.bytes > limit_ / 4 * 3) {
    for (int spared = 0; spared < max_spared; ++spared) {
      auto& oldest = *established_.oldest;
      if (!oldest.hit) {
        drop(oldest, evictions_);
        return;
      }
      oldest.hit = false;
      established_.remove(oldest);
      established_.append(oldest);
    }
  }
  drop(probation_.oldest != nullptr ? *probation_.oldest : *established_.oldest, evictions_);
}

// At three quarters: beyond, searches grow long.
bool token_cache::table_full() const {
  return entries_.get() + 1 > table_.size() / 4 * 3;
}

void token_cache::widen_table() {
  const auto wider = std::max(first_slots, table_.size() * 2);
  std::vector<slot> before(wider);
  bytes_.add(heap_bytes(wider * sizeof(slot)));
  table_.swap(before);
  for (auto& one : before) {
    if (one.held) place(one.hash, std::move(one.held));
  }
  if (!before.empty()) bytes_.subtract(heap_bytes(before.size() * sizeof(slot)));
}

token_cache_stats& token_cache_stats::operator+=(const token_cache_stats& other) {
  limit += other.limit;
  bytes += other.bytes;
  entries += other.entries;
  hits += other.hits;
  misses += other.misses;
  insertions += other.insertions;
  evictions += other.evictions;
  expirations += other.expirations;
  erasures += other.erasures;
  too_large += other.too_large;
  return *this;
}

token_cache_stats token_cache::stats() const {
  return {.limit = limit_,
          .bytes = bytes_.get(),
          .entries = entries_.get(),
          .hits = hits_.get(),
          .misses = misses_.get(),
          .insertions = insertions_.get(),
          .evictions = evictions_.get(),
          .expirations = expirations_.get(),
          .erasures = erasures_.get(),
          .too_large = too_large_.get()};
}

}  // namespace latchkey::jose
