#include <latchkey/async/socket_waits.hpp>

#include <boost/asio/execution_context.hpp>

#include <optional>

namespace latchkey::async {
namespace {

class waits_service final : public asio::execution_context::service {
 public:
  inline static asio::execution_context::id id;

  // What the waits stand on is a service, too: made before this one, it is shut down after it.
  explicit waits_service(asio::io_context& owner)
      : asio::execution_context::service{owner}, waits_{std::in_place, owner.get_executor()} {}

  socket_waits& waits() { return *waits_; }

 private:
  void shutdown() override { waits_.reset(); }

  std::optional<socket_waits> waits_;
};

}  // namespace

socket_waits& socket_waits_of(const executor& where) {
  return asio::use_service<waits_service>(where.context()).waits();
}

}  // namespace latchkey::async
