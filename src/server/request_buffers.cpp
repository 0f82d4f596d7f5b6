#include <latchkey/server/request_buffers.hpp>

#include <utility>

namespace latchkey::server {
namespace {

constexpr std::size_t first_buffer = 4 * 1024;
constexpr std::size_t usual_out = 8 * 1024;  // bytes of an answer whose space is kept

}  // namespace

std::unique_ptr<request_buffers> request_buffer_pool::take() {
  if (auto last = spare_.take()) return last;
  auto made = std::make_unique<request_buffers>();
  made->buffer.resize(first_buffer);
  return made;
}

void request_buffer_pool::give_back(std::unique_ptr<request_buffers> used) noexcept {
  const bool grown = used->buffer.size() != first_buffer || used->out.capacity() > usual_out;
  if (grown) return;
  used->filled = 0;
  spare_.give_back(std::move(used));
}

}  // namespace latchkey::server
