// What the steps on the way to a server say, in words for people. Pure. Not for keys: judge_keys.
#pragma once

#include "finding.hpp"
#include "way.hpp"

#include <latchkey/core/time.hpp>

#include <string>

namespace latchkey::doctor {

// Whom the way was to lead to.
struct wanted_way {
  std::string subject;   // the key of the configuration that names it: "issuer.0", "upstream.0"
  std::string host;      // whom the certificate has to be for
  bool secure = false;   // TLS is spoken
  std::string proxy;     // "host:port" through which it leads; empty: directly
  std::string ca_key;    // the key with which another authority is trusted
  std::string name_key;  // the key to correct where the certificate is for another name
};

// What became of the lookup of its name.
finding judge_name(const wanted_way& wanted, const seen_way& seen);

// One finding for each step that was taken, up to the one that failed. `now` is by this machine.
findings judge_way(const wanted_way& wanted, const seen_way& seen, core::wall_time now);

}  // namespace latchkey::doctor
