// The token cache: operations read from the bytes, on the cache and on a map without a bound. What
// the cache says, the map must have said; where nothing left for want of room, the other way round
// as well; and the bound holds after every one.
#include <latchkey/jose/token_cache.hpp>

#include <fuzz/require.hpp>
#include <support/asked_cache.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

using latchkey::fuzz::require;
namespace core = latchkey::core;
namespace jose = latchkey::jose;

namespace {

class bytes {
 public:
  bytes(const std::uint8_t* data, std::size_t size) : data_{data}, left_{size} {}

  bool empty() const { return left_ == 0; }
  std::uint8_t next() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

class trial {
 public:
  explicit trial(std::size_t limit) : limit_{limit}, cache_{limit, {limit, 0}} {}

  void step(bytes& from) {
    const auto what = from.next();
    const auto token = token_of(from.next());
    switch (what % 5) {
      case 0:
        put(token, from.next(), from.next());
        break;
      case 1:
        cache_.erase(token);
        model_.erase(token);
        break;
      case 2:
        // A signed step: clocks are set back, too.
        now_ += std::chrono::seconds{static_cast<std::int8_t>(from.next())};
        break;
      default:
        find(token, from);
    }
    check();
  }

 private:
  static std::string token_of(std::uint8_t number) {
    // Some share their length, some their beginning.
    return std::string(std::size_t{number % 8U} * 90, 'a') + static_cast<char>('a' + number / 8);
  }

  void put(const std::string& token, std::uint8_t seconds, std::uint8_t size) {
    auto principal = std::make_shared<core::principal>();
    principal->claims.assign(std::size_t{size} * 8, 'c');
    jose::cached_grant made{std::move(principal),
                            std::string(size % 40, 'k'),
                            1,
                            0,
                            1,
                            now_,
                            now_ + std::chrono::seconds{seconds}};
    const auto too_large = cache_.stats().too_large;
    if (cache_.put(token, made)) {
      model_[token] = made;
    } else {
      require(seconds == 0 || limit_ == 0 || cache_.stats().too_large == too_large + 1,
              "what is not kept has a reason");
      model_.erase(token);
    }
  }

  void find(const std::string& token, bytes& from) {
    const auto expired = cache_.stats().expirations;
    const auto found = cache_.find(token, now_);
    const auto known = model_.find(token);
    const bool in_time =
        known != model_.end() && known->second.checked_at <= now_ && now_ < known->second.until;
    const auto stats = cache_.stats();
    found_expired_ += stats.expirations - expired;
    if (!found) {
      require(!in_time || left_early(), "a token that is in time is found");
      // Gone for good, though the clock may be set to where it would be in time.
      if (known != model_.end()) model_.erase(known);
      return;
    }
    require(in_time, "nothing is found that is not there, or is out of its time");
    require(found.principal() == known->second.principal && found.kid() == known->second.kid &&
                found.generation() == known->second.generation,
            "what is found is what was put");
    if (from.next() % 2 == 0) {
      found.update_generation(stats.hits);
      known->second.generation = stats.hits;
    }
  }

  // Something went to make room; what was out of its time then may be in time again now.
  bool left_early() const { return cache_.stats().evictions + cache_.stats().expirations != 0; }

  void check() const {
    const auto stats = cache_.stats();
    require(stats.bytes <= limit_, "the bound holds");
    require(
        stats.entries == stats.insertions - stats.evictions - stats.expirations - stats.erasures,
        "every entry is accounted for");
    require(left_early() || stats.entries == model_.size(), "nothing is lost");
    require(stats.entries <= model_.size(), "nothing is made up");
  }

  std::size_t limit_;
  latchkey::support::asked_cache cache_;
  std::map<std::string, jose::cached_grant> model_;
  std::uint64_t found_expired_ = 0;
  core::wall_time now_{std::chrono::hours{12}};
};

}  // namespace

// The first byte chooses the bound, up to 64 KiB.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  bytes from{data, size};
  trial one{std::size_t{from.next()} * 257};
  while (!from.empty()) one.step(from);
  return 0;
}
