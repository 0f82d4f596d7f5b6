// Bad clients of one kind, each on a thread of its own: what they do must not slow down who
// measures beside them. Not for what they do.
#pragma once

#include "client_faults/bad_client.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace latchkey::bench::client_faults {

// Its members but the constructor's threads are called by one thread.
class crowd {
 public:
  // Begins to prepare.
  crowd(std::size_t count, const make_client& make, crowd_order order);
  // Ends them.
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  // Once more.
  void prepare();
  // All have prepared. Throws what one of them has thrown.
  bool is_prepared();
  void act();

 private:
  enum class phase : std::uint8_t { preparing, acting, ending };
  void live(const make_client& make);
  void go_to(phase next);

  crowd_order order_;
  std::size_t count_;
  std::atomic<phase> phase_{phase::preparing};
  std::atomic<std::size_t> prepared_{0};
  std::mutex guards_fault_;
  std::exception_ptr fault_;
  std::vector<std::jthread> threads_;
};

}  // namespace latchkey::bench::client_faults
