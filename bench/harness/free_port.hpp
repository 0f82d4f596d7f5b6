// Ports for servers that cannot listen on port 0 and report the port they got. Not for servers that
// can.
#pragma once

#include <cstdint>
#include <string_view>

namespace latchkey::bench::harness {

struct port_range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  bool operator==(const port_range&) const = default;
};

// The ports to choose from, given the text of /proc/sys/net/ipv4/ip_local_port_range: the larger
// range from 10000 on that the system never assigns to outgoing connections, which could otherwise
// take a port between the check and the server's bind. All ports from 10000 on if there is no such
// range, or the text is not understood.
port_range quiet_ports(std::string_view local_port_range);

// A port of that range that is unused on 127.0.0.1 now. Throws std::runtime_error if there is none.
std::uint16_t free_port();

}  // namespace latchkey::bench::harness
