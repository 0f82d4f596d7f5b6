// Runs a command line of latchkey within a test. Not for the executables.
#pragma once

#include "support/manual_clock.hpp"

#include <latchkey/run.hpp>

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::programs {

struct outcome {
  int status = -1;
  std::string out;
  std::string err;
  std::optional<app::config> served;  // what serve was called with
};

// The clock stands still at the time where support/mint makes its tokens.
inline outcome call(std::vector<std::string> args, const std::string& input = {},
                    app::environment_map environment = {}) {
  outcome got;
  std::istringstream in{input};
  std::ostringstream out;
  std::ostringstream err;
  const auto serve = [&got](app::config loaded, const app::config_source&) {
    got.served = std::move(loaded);
    return 7;
  };
  got.status = run(std::move(args),
                   {std::move(environment), in, out, err, support::manual_clock{}.clock(), serve});
  got.out = out.str();
  got.err = err.str();
  return got;
}

// A configuration that is valid beside files named server.pem and server.key.
inline constexpr std::string_view test_config = R"([server.tls]
certificate = "server.pem"
private_key = "server.key"
[[issuer]]
issuer = "https://idp.example/"
jwks_uri = "https://idp.example/keys"
audiences = ["account"]
[[route]]
path = "/notes"
methods = ["GET"]
handler = "notes.read"
)";

}  // namespace latchkey::programs
