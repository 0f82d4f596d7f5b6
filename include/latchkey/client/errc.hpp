// What can go wrong with a request of our own to another server, beyond its connection (net/errc).
// Not for the answer's meaning: that is with whoever asked.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>
#include <type_traits>

namespace latchkey::client {

enum class errc {
  bad_url = 1,
  insecure_url,
  answer_too_large,
  unexpected_encoding,  // the answer is compressed although nobody asked for it
  internal_address,     // see net/address.hpp
  proxy_refused,        // the proxy did not connect, or said more than it may
  bad_proxy,            // the proxy that would be used is not http://host:port
  field_file,           // the file with a field's value cannot be read, or holds no such value
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// A stable code for logs, with static storage.
std::string_view reason(errc value);

}  // namespace latchkey::client

template <>
struct boost::system::is_error_code_enum<latchkey::client::errc> : std::true_type {};
