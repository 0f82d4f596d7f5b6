// Why OpenSSL would not go on, as one of net/errc. Not for certificates of others (https_client).
#pragma once

#include <latchkey/net/errc.hpp>

namespace latchkey::net {

// `code` as ERR_peek_error() gives it; what says nothing in particular is errc::tls_failed.
errc tls_failure(unsigned long code);

}  // namespace latchkey::net
