// A few tokens of two keys, made once a process, since making keys takes a while.
#pragma once

#include "verify/token_set.hpp"

#include <chrono>
#include <memory>

namespace latchkey::bench {

inline const std::shared_ptr<const token_set>& small_token_set() {
  static const auto made = [] {
    token_set_options options;
    options.keys = 2;
    options.tokens = 16;
    options.threads = 2;
    options.now = core::wall_time{std::chrono::seconds{1'795'434'824}};
    return make_token_set(options, [] { return false; }, [](std::size_t, std::size_t) {});
  }();
  return made;
}

}  // namespace latchkey::bench
