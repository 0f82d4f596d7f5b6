// One row: misbehaving clients of one kind on the real server while a well-behaved client sends a
// request every 50 ms; then the server is told to end while they go on. Not for what the clients
// do.
#pragma once

#include "client_faults/bad_client.hpp"
#include "client_faults/judge.hpp"
#include "harness/test_env.hpp"
#include "idp_faults/report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace latchkey::bench::client_faults {

struct fault {
  std::string name;
  std::string what;  // is done, for the report
  std::size_t clients = 8;
  make_client make;
  std::vector<std::string> settings = {};  // of the server, "server.timeouts.head=1s"
  own_bounds own = {};
  std::string own_text = {};  // the same for the report; empty: nothing
  // Each client has one connection, and the server must have ended them within own.longest, which
  // only its descriptors tell.
  bool by_descriptors = false;
};

// Throws std::runtime_error where it could not be measured. The row has no name.
async::task<idp_faults::row> run_beside(harness::test_env& env, const fault& what);

}  // namespace latchkey::bench::client_faults
