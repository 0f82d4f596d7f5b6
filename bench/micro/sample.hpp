// The keys and tokens of the micro-benchmarks, made when one first asks for them. Few, so that what
// is measured is the function and not the memory: latchkey-bench verify takes thousands.
#pragma once

#include "verify/workload.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <tuple>

namespace latchkey::bench {

inline const workload& sample(key_kind kind = {}) {
  static std::map<std::tuple<jose::algorithm, unsigned>, std::shared_ptr<const workload>> made;
  auto& one = made[{kind.algorithm, kind.bits}];
  if (!one) {
    const workload_order order{kind, 1, 64, 1, std::chrono::system_clock::now()};
    one = prepare(order, [] { return false; }, [](std::size_t, std::size_t) {});
  }
  return *one;
}

}  // namespace latchkey::bench
