// How the keys of one issuer stand, for those who watch: what /status, /metrics and the probes are
// made from. Not for deciding anything.
#pragma once

#include <latchkey/auth/jwks_client.hpp>

#include <string>

namespace latchkey::app {

struct issuer_status {
  std::string issuer;
  std::string source;  // where its keys come from, in words
  auth::jwks_stats keys;
};

}  // namespace latchkey::app
