// The keys and tokens of the micro-benchmarks, made on first use. They are few, so that the
// function is measured and not the memory: latchkey-bench verify uses thousands.
#pragma once

#include "verify/token_set.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <tuple>

namespace latchkey::bench {

inline const token_set& sample(key_kind kind = {}) {
  static std::map<std::tuple<jose::algorithm, unsigned>, std::shared_ptr<const token_set>> made;
  auto& one = made[{kind.algorithm, kind.bits}];
  if (!one) {
    const token_set_options options{kind, 1, 64, 1, std::chrono::system_clock::now()};
    one = make_token_set(options, [] { return false; }, [](std::size_t, std::size_t) {});
  }
  return *one;
}

}  // namespace latchkey::bench
