// One check for all requests that need the same token checked at the same time, on any threads: the
// first one makes it, the others wait for what it comes to. Nothing is remembered: that is
// jose::token_cache.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace latchkey::auth {

// What decides the outcome of a signature check, and nothing else does: the rules for the claims,
// which may differ from request to request, are for each to apply.
struct check_subject {
  jose::hashed_token token;
  std::uint64_t key = 0;  // key::identity()
  jose::algorithm alg{};

  bool is(const check_subject& other) const;
};

// Thread-safe. The contexts of all who take part, as those of an io_pool, are there until none of
// them runs any more.
class shared_checks {
 public:
  class turn;

  // A check is over at the end of its thread's turn of the event loop, or of the next one. Whoever
  // has waited longer than this for another thread checks for himself: nobody is held up by one
  // that is busier than his own. On his own thread his check would be no sooner.
  static constexpr core::steady_duration usual_patience = std::chrono::milliseconds{2};
  // Further ones check for themselves.
  static constexpr std::size_t max_followers = 1024;

  explicit shared_checks(core::steady_duration patience = usual_patience) : patience_{patience} {}

 private:
  struct follower;

  // Those whose checks are under way, linked through their turns. There are a few hundred at once
  // on each thread at most, as many as have sent something in one turn of its event loop.
  struct alignas(64) bucket {
    std::mutex lock;
    turn* first = nullptr;
  };

  bucket& bucket_of(const check_subject& what) {
    return buckets_[what.token.hash % buckets_.size()];
  }

  core::steady_duration patience_;
  std::array<bucket, 1024> buckets_;
};

// The part of one request. In the frame of its coroutine, on one thread; it must not be moved. When
// it ends, however it does, those who follow it are woken.
class shared_checks::turn {
 public:
  // Leads, unless a check of the same is under way. What the token views must outlive it, and
  // `home` is the executor of the calling coroutine. Allocates nothing where it leads; where there
  // is no memory to follow, it does neither.
  turn(std::shared_ptr<shared_checks> all, const check_subject& what, const async::executor& home);
  ~turn();
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

  bool leads() const { return role_ == role::leads; }
  bool follows() const { return role_ == role::follows; }

  // For who follows, once: what the check has come to; nothing where its leader ended without an
  // outcome, or did not end in time. Waits no longer than `until`, and for another thread no
  // longer than the patience.
  async::task<std::optional<core::error_code>> outcome(core::deadline until);

  // For who leads: what the followers are to be told, when this ends.
  void found(const core::error_code& outcome) { outcome_ = outcome; }

 private:
  enum class role : std::uint8_t { alone, leads, follows };

  void follow(turn& leader);
  void leave() noexcept;
  void dismiss_followers() noexcept;

  std::shared_ptr<shared_checks> all_;
  check_subject what_;
  async::executor home_;
  role role_ = role::alone;
  std::optional<core::error_code> outcome_;
  // Of who leads, under the lock of the bucket.
  turn* next_ = nullptr;
  std::vector<std::shared_ptr<follower>> followers_;
  // Of who follows.
  std::shared_ptr<follower> mine_;
};

}  // namespace latchkey::auth
