// A few tokens of two keys, made once a process, since making keys takes a while.
#pragma once

#include "verify/workload.hpp"

#include <chrono>
#include <memory>

namespace latchkey::bench {

inline const std::shared_ptr<const workload>& small_workload() {
  static const auto made = [] {
    workload_order order;
    order.keys = 2;
    order.tokens = 16;
    order.threads = 2;
    order.now = core::wall_time{std::chrono::seconds{1'795'434'824}};
    return prepare(order, [] { return false; }, [](std::size_t, std::size_t) {});
  }();
  return made;
}

}  // namespace latchkey::bench
