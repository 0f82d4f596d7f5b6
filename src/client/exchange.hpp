// One GET over a stream that is connected already, for https_client: bounded, without redirects.
// Not for connecting.
#pragma once

#include "dial.hpp"
#include "further_fields.hpp"

#include <latchkey/client/https_client.hpp>
#include <latchkey/client/read_response.hpp>
#include <latchkey/http/fetch.hpp>
#include <latchkey/http1/response_collector.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <string>

namespace latchkey::client {

struct place {
  bool tls = true;
  bool address = false;  // the host is an IP address
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

http1::response_limits limits_of(const https_client_settings& settings);

// What an answer that is whole says, or errc::unexpected_encoding for a success that is compressed.
// The body of another answer that is compressed is left out. Takes the body from `answer`.
core::result<http::fetched> taken(http1::response_collector& answer);

// `bytes` are what request_of gave.
template <class Stream>
async::task<core::result<http::fetched>> exchange(Stream& stream, const std::string& bytes,
                                                  const https_client_settings& settings) {
  core::error_code error;
  co_await boost::asio::async_write(stream, boost::asio::buffer(bytes),
                                    async::use_task_with(error));
  if (error) co_return plain_reason(error);
  http1::response_collector answer{limits_of(settings)};
  if (const auto failed = co_await read_response(stream, answer)) co_return plain_reason(failed);
  co_return taken(answer);
}

}  // namespace latchkey::client
