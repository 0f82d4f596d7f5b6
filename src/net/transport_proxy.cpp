// What transport does before all else where a proxy stands in front.
#include "socket_bio.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/transport.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace latchkey::net {

// What has come is looked at first, and no more of it taken than is the header's.
async::task<core::result<proxy_header>> transport::take_proxy_header() {
  constexpr std::size_t step = 512;
  std::string taken;
  for (;;) {
    if (const auto error = co_await wait(wanted::read, wanted::read)) co_return error;
    if (budget_exhausted()) co_await yield();
    if (ended(wanted::read)) co_return why_ended(wanted::read);
    const auto had = taken.size();
    taken.resize(had + step);
    const auto seen = ::recv(socket_.descriptor(), taken.data() + had, step, MSG_PEEK);
    const bool later = seen < 0 && try_again();
    taken.resize(had + static_cast<std::size_t>(std::max(seen, ssize_t{0})));
    if (later && errno != EINTR) socket_.clear_ready(wanted::read);
    if (later) continue;
    if (seen <= 0) co_return errc::closed;
    const auto found = read_proxy_header(taken);
    if (found.has_error()) co_return found.error();
    const auto mine = *found ? (*found)->size - had : taken.size() - had;
    // It is there: who reads gets all of it.
    if (::recv(socket_.descriptor(), taken.data() + had, mine, 0) != static_cast<ssize_t>(mine)) {
      co_return errc::closed;
    }
    if (*found) co_return **found;
  }
}

}  // namespace latchkey::net
