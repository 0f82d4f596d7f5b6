// How an exchange goes on as a tunnel, once both sides have agreed on another protocol.
#include "exchange.hpp"

#include <latchkey/async/task_scope.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <utility>

namespace latchkey::edge {
namespace {

constexpr std::size_t piece_size = 16 * 1024;

bool timed_out(const core::error_code& error) {
  return error == boost::system::errc::timed_out;
}

}  // namespace

http::response exchange::pass_upgrade(http::response made) {
  told().phase = http::forward_phase::tunnelling;
  pool_->counts().tunnels.add();
  flowing_ = true;
  // One that has ended its side may still be told something.
  if (ctx_.link != nullptr) ctx_.link->on_peer_closed({});
  if (!token_end_) watch_token();
  http::upgrade next;
  next.run = [self = shared_from_this()](http::byte_stream& client) {
    return self->tunnel(client);
  };
  made.body = std::move(next);
  return made;
}

async::task<> exchange::tunnel(http::byte_stream& client) {
  active_at_ = now();
  async::task_scope both{ctx_.executor};
  // The read that waits ends at the next tick.
  both.spawn(tunnel_up(client), [this, &client] {
    tunnel_over_ = true;
    drop_connection();
    client.read_until(core::deadline{now()});
  });
  co_await tunnel_down(client);
  co_await both.join();
  if (told().ended == http::ended_by::nobody) told().phase = http::forward_phase::done;
  token_end_.reset();
  end_span({});
  settle();
}

// From the client to the upstream. Where the client has ended its side the upstream may go on.
async::task<> exchange::tunnel_up(http::byte_stream& client) {
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
  const auto idle = by_.to->settings().timeouts.tunnel;
  auto& over = *connection_.over;
  for (;;) {
    client.read_until(core::deadline{active_at_ + idle});
    const auto got = co_await client.read_some({piece.get(), piece_size});
    if (got.has_error()) {
      if (tunnel_over_) co_return;
      if (timed_out(got.error()) && now() < active_at_ + idle) continue;
      note_end(timed_out(got.error()) ? http::ended_by::deadline : http::ended_by::client);
      over.close();
      co_return;
    }
    if (*got == 0) {
      if (client.ended_orderly()) {
        over.end_writing();
      } else {
        note_end(http::ended_by::client);
        over.close();
      }
      co_return;
    }
    active_at_ = now();
    over.write_until(core::deadline{active_at_ + by_.idle});
    if (co_await over.write({piece.get(), *got})) {
      over.close();
      co_return;
    }
  }
}

async::task<> exchange::tunnel_down(http::byte_stream& client) {
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
  const auto idle = by_.to->settings().timeouts.tunnel;
  auto& over = *connection_.over;
  if (begin_ != filled_) {
    client.write_until(core::deadline{now() + by_.idle});
    const auto early = room().subspan(begin_, filled_ - begin_);
    if (co_await client.write({early.data(), early.size()})) co_return;
  }
  for (;;) {
    over.read_until(core::deadline{active_at_ + idle});
    const auto got = co_await over.read_some({piece.get(), piece_size});
    if (got.has_error() && timed_out(got.error()) && now() < active_at_ + idle) continue;
    if (got.has_error() || *got == 0) {
      if (got.has_error()) {
        note_end(timed_out(got.error()) ? http::ended_by::deadline : http::ended_by::upstream);
      }
      co_return;
    }
    active_at_ = now();
    client.write_until(core::deadline{active_at_ + by_.idle});
    if (co_await client.write({piece.get(), *got})) {
      note_end(http::ended_by::client);
      co_return;
    }
  }
}

}  // namespace latchkey::edge
