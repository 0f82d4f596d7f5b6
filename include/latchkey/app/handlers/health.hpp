// /livez and /readyz of the admin listener, for whoever starts and watches the program. Not for the
// public listener.
#pragma once

#include <latchkey/http/router.hpp>

#include <functional>
#include <string>
#include <vector>

namespace latchkey::app {

// One thing that must be so before requests can be answered.
struct readiness {
  std::string name;
  std::function<bool()> ready;  // called on any thread
  // Why it is not, in words for operators; likewise. Empty: nobody knows.
  std::function<std::string()> why = {};
};

// Called for each request, on the admin listener's thread.
using collect_readiness = std::function<std::vector<readiness>()>;

// GET /livez: 200 while the program runs. GET /readyz: 200 if everything is ready, else 503; either
// lists each name with whether it is, and under "reasons" why it is not. `collect` may be empty.
std::vector<http::route> health_routes(collect_readiness collect);

}  // namespace latchkey::app
