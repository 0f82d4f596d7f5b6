// Where a connection comes from, and whose it is. Not for requests, which may tell more: forwarded.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>

namespace latchkey::server {

struct origin {
  explicit origin(const boost::asio::ip::address& connected)
      : peer{connected.to_string()}, client{peer}, address{connected} {}

  std::string peer;  // the address that has connected
  // Whom a header of the PROXY protocol names, else the peer.
  std::string client;
  boost::asio::ip::address address;  // the client's
  std::uint16_t port = 0;            // that the client connected to, where such a header says it
};

}  // namespace latchkey::server
