// How the keys of one issuer stand, for those who watch: what /status, /metrics and the probes are
// made from. Not for deciding anything.
#pragma once

#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/source_report.hpp>

#include <string>

namespace latchkey::app {

struct issuer_status {
  std::string issuer;
  std::string source;  // where its keys come from, in words
  auth::jwks_stats keys;
  // They come, or may come, over http from another machine: by setting.
  bool over_http = false;
  auth::source_failure last_failure = {};  // what belongs to the last error, if there is one
};

}  // namespace latchkey::app
