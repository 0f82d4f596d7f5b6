#include "token_shard.hpp"

#include <latchkey/jose/token_cache.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace latchkey::jose {
namespace {

// Smaller ones would refuse tokens of usual size, and share out the bytes less evenly.
constexpr std::size_t least_shard_bytes = std::size_t{1} << 20;
// Whose table of slots is made larger in a few milliseconds, for which all who store there wait.
constexpr std::size_t most_shard_bytes = std::size_t{32} << 20;

// About one for each thread.
std::size_t shards_for(std::size_t limit, std::size_t readers) {
  if (limit == 0) return 0;
  std::size_t count = 1;
  while (count < readers && 2 * count <= limit / least_shard_bytes) count *= 2;
  while (limit / count > most_shard_bytes) count *= 2;
  return count;
}

}  // namespace

token_cache::token_cache(std::size_t limit, core::siphash_key secret, std::size_t readers)
    : secret_{secret},
      second_secret_{core::siphash_2_4(secret, "first word"), core::siphash_2_4(secret, "second")},
      limit_{limit} {
  for (std::size_t i = 0; i < std::max<std::size_t>(readers, 1); ++i) {
    readers_.push_back(std::make_unique<reader>(*this, i));
  }
  const auto count = shards_for(limit, readers);
  for (std::size_t i = 0; i < count; ++i) {
    shards_.push_back(std::make_unique<token_shard>(limit / count, readers_));
  }
}

token_cache::~token_cache() = default;

// The low bits of the hash choose the slot.
token_shard& token_cache::shard_of(const hashed_token& token) const {
  return *shards_[(token.hash >> 48U) & (shards_.size() - 1)];
}

token_cache_stats token_cache::stats() const {
  token_cache_stats sum;
  sum.limit = limit_;
  for (const auto& one : shards_) one->add_to(sum);
  for (const auto& one : readers_) {
    sum.hits += one->hits_.get();
    sum.misses += one->misses_.get();
  }
  return sum;
}

hashed_token token_cache::reader::hash(std::string_view token) const {
  if (!enabled()) return {token};
  return {token, core::siphash_1_3_halves(cache_.secret_, cache_.second_secret_, token)};
}

token_cache::found token_cache::reader::find(const hashed_token& token, const wall_clock& wall) {
  if (!enabled()) return {};
  auto* const one = cache_.shard_of(token).find(token, *this);
  auto held = judge(one, token, wall);
  (held ? hits_ : misses_).add();
  return held;
}

token_cache::found token_cache::reader::find_again(const hashed_token& token,
                                                   const wall_clock& wall) {
  if (!enabled()) return {};
  return judge(cache_.shard_of(token).find_again(token, *this), token, wall);
}

token_cache::found token_cache::reader::judge(token_entry* one, const hashed_token& token,
                                              const wall_clock& wall) {
  if (one == nullptr) return {};
  found held{*this, *one};
  const auto now = wall();
  held.now_ = now;
  if (in_time(one->grant, now)) {
    // A line that others read: written only where it says otherwise.
    if (!one->hit.load(std::memory_order_relaxed)) cache_.shard_of(token).mark_hit(*one);
    return held;
  }
  {
    const auto let_go = std::move(held);
  }
  cache_.shard_of(token).expire(token, now);
  return {};
}

bool token_cache::reader::put(const hashed_token& token, cached_grant grant) {
  if (!grant.principal) throw std::invalid_argument{"token_cache: a grant without a principal"};
  return enabled() && cache_.shard_of(token).put(token, std::move(grant), index_);
}

void token_cache::reader::erase(const hashed_token& token) {
  if (enabled()) cache_.shard_of(token).erase(token);
}

const std::string& token_cache::found::kid() const {
  return one_->grant.kid;
}

std::uint64_t token_cache::found::key() const {
  return one_->grant.key;
}

std::uint64_t token_cache::found::issuer() const {
  return one_->grant.issuer;
}

algorithm token_cache::found::alg() const {
  return one_->grant.alg;
}

core::wall_time token_cache::found::until() const {
  return one_->grant.until;
}

std::uint64_t token_cache::found::generation() const {
  return one_->generation.load(std::memory_order_relaxed);
}

void token_cache::found::update_generation(std::uint64_t generation) const {
  one_->generation.store(generation, std::memory_order_relaxed);
}

core::principal_ptr token_cache::found::principal() const {
  if (const auto& mine = one_->principals()[by_->index_]) return mine;
  return by_->cache_.shard_of({{}, one_->hash}).adopt(*one_, *by_, now_);
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

}  // namespace latchkey::jose
