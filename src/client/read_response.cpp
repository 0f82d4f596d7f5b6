#include <latchkey/client/read_response.hpp>
#include <latchkey/net/errc.hpp>

namespace latchkey::client {

std::optional<http1::connection_end> end_of(const core::result<std::size_t>& got) {
  if (got.has_value()) return http1::connection_end::clean;
  if (got.error() == net::errc::truncated) return http1::connection_end::cut;
  return std::nullopt;
}

async::task<core::error_code> read_response(net::transport& from,
                                            http1::response_collector& answer) {
  while (!answer.is_whole()) {
    const auto got = co_await from.read_some(answer.space());
    core::error_code failed;
    if (got.has_value() && *got != 0) {
      failed = answer.take(*got);
    } else {
      // A close without close_notify is common; the body's own framing tells whether it is whole.
      const auto end = end_of(got);
      failed = end ? answer.finish(*end) : got.error();
    }
    if (failed) co_return failed;
  }
  co_return core::error_code{};
}

}  // namespace latchkey::client
