// One T for each thread of an io_pool, found by the index of the thread that asks: what a request
// uses there needs no lock. Not for what threads share.
#pragma once

#include <latchkey/async/io_pool.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::async {

template <class T>
class per_thread {
 public:
  // `make(index)` gives the std::unique_ptr<T> of each thread of the pool, which need not outlive
  // this object.
  template <class Make>
  per_thread(const io_pool& pool, const Make& make) : pool_{&pool} {
    all_.reserve(pool.size());
    for (std::size_t i = 0; i < pool.size(); ++i) all_.push_back(make(i));
  }

  // The T of the calling thread, which no other thread is given; null outside of the pool. Takes no
  // lock.
  T* here() const {
    const auto caller = io_pool::calling_thread();
    return caller.pool == pool_ ? all_[caller.index].get() : nullptr;
  }

  // Of all threads, for what any thread may read of a T.
  const std::vector<std::unique_ptr<T>>& all() const { return all_; }

 private:
  const io_pool* pool_;  // compared only
  std::vector<std::unique_ptr<T>> all_;
};

}  // namespace latchkey::async
