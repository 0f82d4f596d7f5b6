// Which addresses a name from outside must not lead to, and whose a peer's address is. Pure, but
// for own_addresses. Not for resolving names.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/asio/ip/address.hpp>

#include <string_view>
#include <vector>

namespace latchkey::net {

using addresses = std::vector<boost::asio::ip::address>;

// True for addresses of this machine and of its link, for those where clouds keep the metadata and
// credentials of their machines, and for what is no single machine's: loopback, "this network",
// link-local, multicast, broadcast; also where they are written within an IPv6 address (mapped,
// compatible, translated, NAT64 with any prefix of RFC 6052 in 64:ff9b:1::/48, 6to4, Teredo,
// ISATAP). Private networks are not among them: issuers live there.
bool is_internal(const boost::asio::ip::address& where);

// True if `where` is one of `own`, or has one of them written within it in one of those ways.
bool is_among(const boost::asio::ip::address& where, const addresses& own);

// The IPv4 address where `from` is one mapped into IPv6 (RFC 4291 section 2.5.5.2), which is how a
// socket for both families shows an IPv4 peer; else `from`.
boost::asio::ip::address unmapped(const boost::asio::ip::address& from);

// Whether the peer of that address, in text, is a program on this machine. False for what is no
// address.
bool is_loopback(std::string_view peer);

// The addresses of this machine's own interfaces, as they are now; or what the system reported.
core::result<addresses> own_addresses();

}  // namespace latchkey::net
