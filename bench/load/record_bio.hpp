// OpenSSL's view of a record_buffer. Not for anything but client_tls.
#pragma once

#include "load/client_tls.hpp"

#include <openssl/bio.h>

namespace latchkey::bench::load {

// The caller frees it, or gives it to an SSL object; `records` must outlive it. Throws
// std::bad_alloc.
BIO* make_record_bio(record_buffer& records);

}  // namespace latchkey::bench::load
