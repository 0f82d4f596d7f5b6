// One GET over a stream that is connected already, for https_client: bounded, without redirects.
// Not for connecting.
#pragma once

#include "dial.hpp"
#include "further_fields.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http/fetch.hpp>

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <string>
#include <utility>

namespace latchkey::client {

struct place {
  bool tls = true;
  bool address = false;  // the host is an IP address
  std::string host;
  std::uint16_t port = 0;
  std::string authority;  // for the Host field
  std::string target;
};

using answer_parser = boost::beast::http::response_parser<boost::beast::http::string_body>;
using get_request = boost::beast::http::request<boost::beast::http::empty_body>;

// An entity tag that is not visible ASCII of at most 256 bytes is left out. `fields` are what
// further_fields made of the settings for this place.
get_request request_of(const place& to, const http::fetch_request& wanted,
                       const std::string& user_agent, const sent_fields& fields);

// What an answer says, or errc::unexpected_encoding for a success that is compressed. The body of
// another answer that is compressed is left out.
core::result<http::fetched> taken(answer_parser::value_type answer);

// After 101 the connection speaks something else: there is no further answer.
inline bool is_interim(unsigned status) {
  return status / 100 == 1 && status != 101;
}

template <class Stream>
async::task<core::result<http::fetched>> exchange(Stream& stream, const get_request& ask,
                                                  const https_client_settings& settings) {
  namespace bh = boost::beast::http;
  // More interim answers than that before the one that counts are a provider gone wrong.
  constexpr int most_interim = 8;
  constexpr std::size_t most_head = 16 * 1024;
  core::error_code error;
  co_await bh::async_write(stream, ask, async::use_task_with(error));
  if (error) co_return plain_reason(error);
  boost::beast::flat_buffer buffer{4 * most_head};
  for (int interim = 0; interim <= most_interim; ++interim) {
    answer_parser parser;
    parser.body_limit(settings.max_bytes);
    parser.header_limit(most_head);
    co_await bh::async_read(stream, buffer, parser, async::use_task_with(error));
    // A close without close_notify is common; the body's own framing tells whether it is whole.
    if (error && !(parser.is_done() && error == boost::asio::ssl::error::stream_truncated)) {
      co_return plain_reason(error);
    }
    // Interim answers come before the one that counts (RFC 9110 section 15.2).
    if (!is_interim(parser.get().result_int())) co_return taken(parser.release());
  }
  co_return errc::answer_too_large;
}

}  // namespace latchkey::client
