// What a fuzz target demands of the code under it: a broken promise ends the program, so that it is
// found. Not for ordinary tests.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace latchkey::fuzz {

inline void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace latchkey::fuzz
