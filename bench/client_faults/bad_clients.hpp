// Misbehaving clients of one kind, each on its own thread, so that they do not slow down the client
// that measures. Not for what they do.
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
class bad_clients {
 public:
  // Begins to prepare.
  bad_clients(std::size_t count, const make_client& make, bad_client_options options);
  // Ends them.
  ~bad_clients();
  bad_clients(const bad_clients&) = delete;
  bad_clients& operator=(const bad_clients&) = delete;

  // Once more.
  void prepare();
  // All have prepared. Throws what one of them has thrown.
  bool is_prepared();
  void act();

 private:
  enum class phase : std::uint8_t { preparing, acting, ending };
  void live(const make_client& make);
  void go_to(phase next);

  bad_client_options options_;
  std::size_t count_;
  std::atomic<phase> phase_{phase::preparing};
  std::atomic<std::size_t> prepared_{0};
  std::mutex guards_fault_;
  std::exception_ptr fault_;
  std::vector<std::jthread> threads_;
};

}  // namespace latchkey::bench::client_faults
