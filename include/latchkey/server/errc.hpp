// Why the server ends a connection that its peer did nothing wrong on. Not for sockets (net/errc)
// or requests (http1/errc, http/errc).
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>
#include <type_traits>

namespace latchkey::server {

enum class errc {
  too_many_connections = 1,  // of one client
  closed_for_another,        // it made room for another connection
  untrusted_proxy,           // where only trusted proxies may connect
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// A stable code for logs, with static storage.
std::string_view reason(errc value);

}  // namespace latchkey::server

template <>
struct boost::system::is_error_code_enum<latchkey::server::errc> : std::true_type {};
