// One request over a connection that is there already, for https_client: bounded, without
// redirects. Not for connecting.
#pragma once

#include "further_fields.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/http/fetch.hpp>
#include <latchkey/net/transport.hpp>

#include <cstdint>
#include <string>

namespace latchkey::client {

struct place {
  bool tls = true;
  std::string host;
  std::uint16_t port = 0;
  std::string authority;  // for the Host field
  std::string target;
};

// The bytes of a request. An entity tag that is not visible ASCII of at most 256 bytes is left out.
// `fields` are what further_fields made of the settings for this place. Errors:
// http1::append_request.
core::result<std::string> request_of(const place& to, const http::fetch_request& wanted,
                                     const std::string& user_agent, const sent_fields& fields);

// `bytes` are what request_of gave. errc::unexpected_encoding for a success that is compressed; the
// body of another answer that is compressed is left out. All must live until the task ends.
async::task<core::result<http::fetched>> exchange(net::transport& over, const std::string& bytes,
                                                  const https_client_settings& settings);

}  // namespace latchkey::client
