// What holds for connections that come in by one listener: part of a site, so that it can be
// changed while the server runs. Not for where a listener is: listen_address.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/net/client_rules.hpp>

#include <cstddef>
#include <memory>

namespace latchkey::server {

// A connection keeps those it began with.
struct listener_terms {
  // Each connection begins with a header of the PROXY protocol, of a proxy that the site trusts.
  bool proxy_protocol = false;
  // Which certificates of clients are asked for and taken; null: none is asked for.
  std::shared_ptr<const net::client_rules> clients = {};
  // Without TLS, though the site has it.
  bool plain_http = false;

  bool operator==(const listener_terms&) const = default;
};

// An address to listen at.
struct listen_address {
  async::tcp::endpoint where;
  std::size_t terms = 0;  // which of the site's

  bool operator==(const listen_address&) const = default;
};

}  // namespace latchkey::server
