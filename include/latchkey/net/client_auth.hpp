// Whether a server asks its clients for a certificate. Not for which ones it takes: client_rules.
#pragma once

#include <cstdint>

namespace latchkey::net {

enum class client_auth : std::uint8_t {
  off,       // none is asked for
  optional,  // who shows none is let in as nobody; a bad one ends the handshake
  required,
};

}  // namespace latchkey::net
