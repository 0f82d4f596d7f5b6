// What can be wrong with a request as HTTP. Not for tokens (auth/errc) or sockets (net).
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>
#include <type_traits>

namespace latchkey::http {

enum class errc {
  bad_target = 1,  // the request target is not a path we are ready to decide on
  bad_body,        // the body breaks its framing
  body_too_large,
  body_timeout,
  body_cut_off,     // the client went away within the body
  body_stopped,     // the answer was out before all of the body had been read
  not_implemented,  // CONNECT: this is no proxy
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// A stable code for logs, with static storage.
std::string_view reason(errc value);

}  // namespace latchkey::http

template <>
struct boost::system::is_error_code_enum<latchkey::http::errc> : std::true_type {};
