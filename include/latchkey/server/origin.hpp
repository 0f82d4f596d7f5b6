// Where a connection comes from, and whose it is. Not for requests, which may tell more: forwarded.
#pragma once

#include <latchkey/net/proxy_header.hpp>

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <string>

namespace latchkey::server {

struct origin {
  explicit origin(const boost::asio::ip::address& connected)
      : peer{connected.to_string()}, client{peer}, address{connected} {}

  std::string peer;  // the address that has connected
  // Whom a header of the PROXY protocol names, else the peer.
  std::string client;
  boost::asio::ip::address address;  // the client's
  // By such a header the proxy speaks for itself, or for somebody unknown: what the requests say of
  // others is nobody's word.
  bool unnamed = false;
  // What such a header says; null where none does.
  std::unique_ptr<const net::proxied_route> route;
};

}  // namespace latchkey::server
