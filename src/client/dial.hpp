// The way from a name to a connection, through a proxy if need be, for https_client. Not for TLS or
// for what is then said.
#pragma once

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http1/response_reader.hpp>
#include <latchkey/net/resolve.hpp>
#include <latchkey/net/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::client {

using connection_ptr = std::unique_ptr<net::transport>;

// Where a connection shall lead.
struct destination {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 0;
  bool refuse_internal = false;
};

// The time that one of `left` addresses may take, so that a dead one leaves the others theirs.
core::steady_time share_of(core::steady_time now, core::steady_time end, std::size_t left);

// Connects to the first of `all` that takes it, in that order, until `until`. net::errc::timeout,
// or what the last one reported. `waits` and `all` must live until the task ends.
async::task<core::result<connection_ptr>> connect_any(async::socket_waits& waits,
                                                      const std::vector<async::tcp::endpoint>& all,
                                                      core::deadline until);

// errc::internal_address if one of `all` leads inside, `own` being this machine's addresses: which
// of them is taken may be chance.
core::error_code check_outside(const std::vector<async::tcp::endpoint>& all,
                               const net::addresses& own);

// The same of a host's text, which is all that can be judged where a proxy resolves the name: an
// address is judged as above, with or without a dot at its end; errc::internal_address for names
// that lead inside everywhere ("localhost" and what is below it, a cloud's metadata service);
// errc::bad_url for what is neither an address in its usual form nor a name (core::is_host_name),
// since the proxy's resolver may read an address in it.
core::error_code check_outside_text(std::string_view host, const net::addresses& own);

// Connects to the first address that takes it, of both families in the resolver's order, until
// `until`. With a proxy, to that, and has it connect to the destination. The connection's deadlines
// are then still `until`.
async::task<core::result<connection_ptr>> dial(async::socket_waits& waits, const destination& to,
                                               const std::optional<proxy_place>& proxy,
                                               const net::resolver& names, core::deadline until);

// Of an answer's head, be it from a proxy or from who was asked. The bytes bound the number of
// fields.
inline constexpr http1::head_limits answer_head_limits{8 * 1024, 16 * 1024, 1024};

// errc::answer_too_large for every limit of a response that is passed, errc::unexpected_encoding
// for a transfer coding that is not chunks alone. Other errors are as they were.
core::error_code plain_reason(const core::error_code& error);

}  // namespace latchkey::client
