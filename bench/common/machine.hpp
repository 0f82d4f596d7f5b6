// What a figure was measured on: without it no figure can be compared with another.
#pragma once

#include <string>

namespace latchkey::bench {

struct machine {
  std::string cpu;     // the model, "unknown" where the system does not tell
  unsigned cores = 1;  // that this process may use
  std::string system;  // name and release of the kernel
  std::string compiler;
  std::string openssl;  // the version that runs, which need not be the one built against
  std::string latchkey;
  bool optimised = false;  // whether the compiler was told to
};

machine this_machine();

}  // namespace latchkey::bench
