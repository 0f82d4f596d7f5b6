// The way to a database: the parameters of libpq, with its hosts looked up, since libpq would block
// for that. Not for connections.
#pragma once

#include "postgres_uri.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/resolve.hpp>

#include <string>
#include <vector>

namespace latchkey::store {

// One place where the database may be.
struct postgres_host {
  std::string host;     // a name, the folder of a socket, or empty
  std::string address;  // empty: not looked up yet, or a socket
  std::string port;

  bool operator==(const postgres_host&) const = default;
};

// What the URI and, where it says nothing, the environment name; at least one.
std::vector<postgres_host> hosts_of(const postgres_options& all);

// The parameters for a connection of this program: in UTF-8, and without a way that makes libpq
// block. Nothing that a pooler in between refuses.
postgres_options options_for(const std::string& uri);

// The same with an address for each host that has a name. Names without one are left out, unless
// none is left.
async::task<core::result<postgres_options>> with_addresses(postgres_options all,
                                                           net::resolver names,
                                                           core::deadline until);

}  // namespace latchkey::store
