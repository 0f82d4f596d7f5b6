#include "issuer/fault_switch.hpp"

#include "issuer/fault_raw.hpp"

#include <utility>

namespace latchkey::issuer {

void fault_switch::set(fault wanted) {
  lift();
  over_ = std::make_shared<bool>(false);
  current_ = std::move(wanted);
}

void fault_switch::lift() {
  current_.reset();
  if (over_) *over_ = true;
  async::wake_all(held_.take());
}

http::response fault_switch::shown(const fault& which, http::response sound,
                                   const http::context& ctx,
                                   std::shared_ptr<const bool> over) const {
  const auto by = which.kind != nullptr ? which.kind->by() : shown_by::answer;
  if (by != shown_by::bytes && by != shown_by::listener) {
    return faulty_answer(which, sound, ctx.target.path, material_);
  }
  http::response taken;
  const auto fields = faulty_answer(which, sound, ctx.target.path, material_);
  taken.body = raw_fault(which, fields, ctx.executor, std::move(over));
  return taken;
}

async::task<http::response> fault_switch::operator()(http::context& ctx,
                                                     const http::handler& next) {
  if (!current_) co_return co_await next(ctx);
  // A copy: the fault may be lifted or replaced while this request waits.
  const auto which = *current_;
  const auto over = over_;
  // A certificate is shown to a connection, not to a request.
  if (which.kind != nullptr && which.kind->by() != shown_by::certificate) ++shown_[which.kind];
  if (which.delay.count() > 0) {
    async::timer pause{ctx.executor};
    pause.expires_after(which.delay);
    co_await pause.async_wait(async::use_task);
  }
  if (which.hold) {
    const auto self = held_.join(ctx.executor);
    co_await self->wait(ctx.deadline);
    held_.leave(self);
    co_return co_await next(ctx);
  }
  auto sound = co_await next(ctx);
  co_return shown(which, std::move(sound), ctx, over);
}

}  // namespace latchkey::issuer
