// A self-signed P-256 certificate for one run on this machine. Not for anything else.
#pragma once

#include <string>

namespace latchkey::bench::harness {

struct certificate {
  std::string pem;  // its own authority
  std::string key_pem;
};

// For localhost and 127.0.0.1, valid for a day. Throws std::runtime_error where OpenSSL refuses.
certificate make_certificate();

}  // namespace latchkey::bench::harness
