// Goes the way to a server, step by step, and says how far it came: the name, a connection (through
// a proxy), TLS, the head of an answer. Not for what is answered, nor for judging it.
#pragma once

#include "way.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/client_tls.hpp>
#include <latchkey/net/resolve.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace latchkey::doctor {

struct destination {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 0;
  std::string authority;  // for the Host field
  std::string target;     // what is asked for by GET; empty: nothing is asked
  std::string first;      // bytes that are sent before all else, TLS among it
  std::optional<client::proxy_place> proxy;
  // Null: TLS is not spoken. `strict` verifies; `lenient` takes whatever certificate is shown, to
  // see what was refused.
  std::shared_ptr<const net::client_tls> strict;
  std::shared_ptr<const net::client_tls> lenient;
  std::string tls_host;  // whom the certificate has to be for
};

// What the name of `to` leads to, or of its proxy.
async::task<core::result<net::found_endpoints>> look_up(const destination& to,
                                                        const net::resolver& names,
                                                        core::deadline until);

// To one address. `got` is at least reached::address. `to` must live until the task ends.
async::task<seen_way> go_to(const destination& to, async::tcp::endpoint where,
                            const core::clock& clock, core::deadline until);

// Looks the name up and goes to the first of its addresses that takes a connection. All must live
// until the task ends.
async::task<seen_way> go(const destination& to, const net::resolver& names,
                         const core::clock& clock, core::deadline until);

}  // namespace latchkey::doctor
