// The names that a certificate is shown for (SNI, RFC 6066 section 3). Not for choosing one.
#pragma once

#include <string_view>

namespace latchkey::net {

// "api.example", or "*.example" with a star for the whole first label: a name of a host
// (core/host_name) without a dot at its end, of up to 253 characters, 63 in each label.
bool is_certificate_name(std::string_view name);

}  // namespace latchkey::net
