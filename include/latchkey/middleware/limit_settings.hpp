// How often whoever asks may do so, as plain values. Not for counting: rate_limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace latchkey::middleware {

// Whose requests are counted together.
enum class limit_by : std::uint8_t {
  address,    // the client's: IPv4 by address, IPv6 by network of 64 bits
  subject,    // of the token, at its issuer
  client_id,  // the OAuth 2.0 client that the token was made for, at its issuer
  issuer,
};

struct limit_settings {
  limit_by by = limit_by::address;
  std::string rate;       // as parse_rate takes it: "100/s"
  std::size_t burst = 0;  // 0: as many as the rate has in its time

  bool operator==(const limit_settings&) const = default;
};

}  // namespace latchkey::middleware
