// Keeps OpenSSL's per-thread error queue as it was found: what a check leaves in it would be taken
// for a failure of the TLS connection that is read next.
#pragma once

#include <openssl/err.h>

namespace latchkey::jose {

class error_mark {
 public:
  error_mark() { ERR_set_mark(); }
  ~error_mark() { ERR_pop_to_mark(); }
  error_mark(const error_mark&) = delete;
  error_mark& operator=(const error_mark&) = delete;
};

}  // namespace latchkey::jose
