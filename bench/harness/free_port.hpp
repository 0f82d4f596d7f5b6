// Ports for servers that have to be told one and cannot tell which they got. Not for servers that
// can listen on port 0: those should.
#pragma once

#include <cstdint>
#include <string_view>

namespace latchkey::bench::harness {

struct port_range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  bool operator==(const port_range&) const = default;
};

// Where to look, given the text of /proc/sys/net/ipv4/ip_local_port_range: the larger part of the
// ports from 10000 on that the system gives to no outgoing connection. Between the look at a port
// of the others and the server's bind any connection of this machine could take it. All ports from
// 10000 on where there is no such part, or the text says nothing.
port_range quiet_ports(std::string_view local_port_range);

// A port of 127.0.0.1 that nobody has now, from there. Throws std::runtime_error where there is
// none.
std::uint16_t free_port();

}  // namespace latchkey::bench::harness
