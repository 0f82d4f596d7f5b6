#include "issuer/fault_listener.hpp"

#include <latchkey/async/waiters.hpp>

#include <array>
#include <utility>

namespace latchkey::issuer {
namespace {

constexpr auto kinds = std::to_array<fault_kind>({
    {"refuse", "connections are refused: nothing listens", closed_listener{}},
});

class listener_switch {
 public:
  listener_switch(server::server& server, certificates known)
      : server_{server}, known_{std::move(known)} {}

  // Not to be called again before it has ended.
  async::task<core::error_code> show(const fault_kind* wanted) {
    const bool refuse = wanted != nullptr && wanted->by() == shown_by::listener;
    if (refuse != paused_) {
      const action turn = [this, refuse](callback done) {
        refuse ? server_.pause(std::move(done)) : server_.resume(std::move(done));
      };
      if (const auto error = co_await finished(turn)) co_return error;
      paused_ = refuse;
    }
    const auto certificate = certificate_for(wanted);
    if (certificate == presented_) co_return core::error_code{};
    presented_ = certificate;
    const action present = [this, certificate](callback done) {
      server_.use_tls(certificate, std::move(done));
    };
    co_return co_await finished(present);
  }

 private:
  using callback = std::function<void(core::error_code)>;
  using action = std::function<void(callback)>;

  std::shared_ptr<const net::tls_context> certificate_for(const fault_kind* kind) const {
    if (kind == nullptr || kind->by() != shown_by::certificate) return known_.own;
    return known_.faulty.at(kind);
  }

  // Waits for what calls back once it has been done on all threads.
  static async::task<core::error_code> finished(const action& begin) {
    const auto where = co_await async::asio::this_coro::executor;
    const auto told = std::make_shared<async::waiter>(where);
    const auto outcome = std::make_shared<core::error_code>();
    begin([told, outcome](core::error_code error) {
      *outcome = error;
      async::waiter::wake(told);
    });
    co_await told->wait(core::deadline{});
    co_return *outcome;
  }

  server::server& server_;
  certificates known_;
  std::shared_ptr<const net::tls_context> presented_ = known_.own;
  bool paused_ = false;
};

}  // namespace

std::span<const fault_kind> listener_faults() {
  return kinds;
}

listener listener_of(server::server& server, certificates known) {
  listener made;
  made.secure = known.own != nullptr;
  made.accepted = [&server] { return server.accepted_connections(); };
  const auto faults = std::make_shared<listener_switch>(server, std::move(known));
  made.show = [faults](const fault_kind* wanted) { return faults->show(wanted); };
  return made;
}

}  // namespace latchkey::issuer
