// The machine and build that figures were measured on. Not for measuring.
#pragma once

#include <boost/json/object.hpp>

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

// As every report has it.
boost::json::object json_of(const machine& on);

}  // namespace latchkey::bench
