#include <latchkey/server/interim_writer.hpp>

namespace latchkey::server {

async::task<> interim_writer::finish() {
  core::error_code ignored;
  while (busy_) {
    if (!written_) written_ = std::make_unique<async::timer>(where_);
    written_->expires_at(core::steady_time::max());
    co_await written_->async_wait(async::use_task_with(ignored));
  }
}

async::task<core::error_code> interim_writer::write(std::string_view bytes, core::deadline until) {
  co_await finish();
  if (closed_) co_return core::error_code{};
  busy_ = true;
  to_.write_until(until);
  const auto error = co_await to_.write(bytes);
  busy_ = false;
  if (written_) written_->cancel();
  co_return error;
}

}  // namespace latchkey::server
