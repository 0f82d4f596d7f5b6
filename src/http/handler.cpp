#include <latchkey/http/handler.hpp>

#include <memory>
#include <utility>

namespace latchkey::http {
namespace {

// Shared, so that copies of a handler do not copy the chain behind it. Not a coroutine: it hands
// out the task of the middleware, whose frame refers to a link that the pipeline keeps alive.
struct link {
  middleware layer;
  handler next;
};

handler join(middleware layer, handler next) {
  auto part = std::make_shared<const link>(link{std::move(layer), std::move(next)});
  return [part = std::move(part)](context& ctx) { return part->layer(ctx, part->next); };
}

}  // namespace

handler chain(std::vector<middleware> outermost_first, handler last) {
  for (auto layer = outermost_first.rbegin(); layer != outermost_first.rend(); ++layer) {
    last = join(std::move(*layer), std::move(last));
  }
  return last;
}

}  // namespace latchkey::http
