// Who the client of a request is, where it comes through proxies that are trusted: what their
// X-Forwarded-For says. Pure. Not for passing that on: edge/forwarded.
#pragma once

#include <latchkey/http/request.hpp>
#include <latchkey/net/network.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace latchkey::server {

// Elements that are looked at, of however many.
inline constexpr std::size_t max_forwarded_hops = 32;

// Of a request that a trusted proxy sent: the last element of X-Forwarded-For that is no trusted
// proxy, each of which vouches for the element before its own; the first where all are. What is no
// address, perhaps with a port, and what stands before it, says nothing: then the proxy that
// vouched for it. Nothing where that is the one that sent the request.
std::optional<boost::asio::ip::address> forwarded_client(const http::request_head& head,
                                                         const std::vector<net::network>& trusted);

}  // namespace latchkey::server
