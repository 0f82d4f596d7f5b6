// Reads what a client's certificate says of it, so that each text can stand in a header field and a
// log as it is. Not for verifying it: net/client_rules.
#pragma once

#include <latchkey/core/client_certificate.hpp>

#include <openssl/types.h>

#include <cstddef>
#include <optional>

namespace latchkey::net {

inline constexpr std::size_t max_certificate_name = std::size_t{2} * 1024;  // bytes of one text
inline constexpr std::size_t max_certificate_names = 64;                    // alternative names

// Nothing where it cannot be told exactly: a name above the bounds, an alternative name with
// anything but visible ASCII in it, or one that cannot be parsed. Leaves no error in OpenSSL's
// queue.
std::optional<core::client_certificate> read_client_certificate(X509* certificate);

}  // namespace latchkey::net
