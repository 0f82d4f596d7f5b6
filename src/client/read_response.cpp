#include <latchkey/client/read_response.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace latchkey::client {

std::optional<http1::connection_end> end_of(const core::error_code& error) {
  if (error == boost::asio::error::eof) return http1::connection_end::clean;
  if (error == boost::asio::ssl::error::stream_truncated) return http1::connection_end::cut;
  return std::nullopt;
}

}  // namespace latchkey::client
