// IP addresses read from text and written as text, on the path of requests: those of IPv4 without
// the system's functions, which take as long as the rest of a header field. Not for ports.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::net {

// Of an address in its usual form ("192.0.2.1", "2001:db8::1"); nothing for one with a zone, and
// for anything else.
std::optional<boost::asio::ip::address> read_address(std::string_view text);

// As boost::asio::ip::address::to_string.
std::string write_address(const boost::asio::ip::address& one);

}  // namespace latchkey::net
