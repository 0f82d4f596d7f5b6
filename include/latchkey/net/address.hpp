// Which addresses a name from outside must not lead to. Pure. Not for resolving names.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace latchkey::net {

// True for addresses of this machine and of its link, for those where clouds keep the metadata and
// credentials of their machines, and for what is no single machine's: loopback, "this network",
// link-local, multicast, broadcast; also where they are written within an IPv6 address (mapped,
// compatible, NAT64, 6to4). Private networks are not among them: issuers live there.
bool is_internal(const boost::asio::ip::address& where);

}  // namespace latchkey::net
