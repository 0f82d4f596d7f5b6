// How a request is taken, and let go of. Its attempts: exchange_attempt.
#include "exchange.hpp"

#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/http1/request_writer.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::edge {
namespace {

// A body up to here is sent together with its head, once it is there: no connection of the upstream
// waits for a client that sends it slowly.
constexpr std::size_t small_body = 8 * 1024;

// Where no answer was made, the client's end is told to nobody.
class watched_client {
 public:
  explicit watched_client(http::context& of) : of_{&of} {}
  ~watched_client() {
    if (of_ != nullptr && of_->link != nullptr) of_->link->on_peer_closed({});
  }
  watched_client(const watched_client&) = delete;
  watched_client& operator=(const watched_client&) = delete;
  void release() { of_ = nullptr; }

 private:
  http::context* of_;
};

}  // namespace

exchange::exchange(http::context& ctx, const forwarding_route& by, std::shared_ptr<pool> from)
    : ctx_{ctx},
      by_{by},
      pool_{std::move(from)},
      began_{by.to->clock().steady()},
      now_{began_},
      work_{pool_->take_workspace()} {
  ctx_.forwarded.emplace();
  told().upstream = by_.to->settings().name;
  name_span();
}

exchange::~exchange() {
  settle();
  pool_->give_back(std::move(work_));
}

// What it holds of the pool; harmless if it has been done.
void exchange::settle() {
  end_attempt(flowing_ ? exchange_end::answered : exchange_end::unknown);
  // Of one that nobody has ended: the client's side has let go of it.
  end_client_span(std::move(span_), reason(errc::client_gone), now_);
  // Whoever sends the body may wait on it: then it goes with the exchange.
  if (upload_ == upload::going) {
    drop_connection();
  } else {
    connection_ = {};
  }
  if (std::exchange(is_retry_, false)) pool_->end_retry();
  if (std::exchange(entered_, false)) pool_->leave();
  pool_->give_back(std::move(buffer_));
}

void exchange::drop_connection() {
  if (connection_.over) connection_.over->close();
}

async::task<http::response> exchange::run(std::shared_ptr<exchange> self) {
  auto& x = *self;
  if (const auto error = x.prepare()) co_return x.refuse(error);
  if (x.has_small_body()) {
    if (const auto error = co_await x.take_small_body()) co_return x.refuse(error);
  }
  watched_client watched{x.ctx_};
  x.watch_client();
  const auto verdict = x.pool_->try_enter();
  x.entered_ = verdict == admission::go;
  if (verdict == admission::wait) {
    x.entered_ = co_await x.pool_->enter(x.place_deadline(), x.waits_in_);
    x.now();
  }
  if (x.client_gone_) co_return x.refuse(errc::client_gone);
  if (!x.entered_) {
    x.told().ended = http::ended_by::limit;
    co_return x.refuse(errc::too_many_requests);
  }
  x.buffer_ = x.pool_->take_buffer();
  for (;;) {
    const auto error = co_await x.attempt();
    if (!error) {
      auto made = x.answer();
      watched.release();
      co_return made;
    }
    x.end_span(error);
    if (!x.begin_again(error)) co_return x.refuse(error);
  }
}

core::deadline exchange::place_deadline() {
  return ctx_.deadline.sooner(core::deadline{now() + by_.to->settings().timeouts.connect});
}

// What others did goes before what came of it.
http::response exchange::refuse(const core::error_code& error) {
  if (ctx_.link != nullptr) ctx_.link->on_peer_closed({});
  token_end_.reset();
  auto why = error;
  if (client_gone_) {
    why = errc::client_gone;
    told().ended = http::ended_by::client;
  } else if (token_ended_) {
    why = errc::token_ended;
    told().ended = http::ended_by::token;
  } else if (body_error_) {
    why = body_error_;
    told().ended = http::ended_by::client;
  }
  end_span(why);
  settle();
  if (why.category() != category()) return http::problem(why);
  ctx_.reason = reason(static_cast<errc>(why.value()));
  auto made = problem(why);
  made.close = client_gone_;
  return made;
}

core::error_code exchange::prepare() {
  if (const auto error = make_target(ctx_.target, by_.rewrite, work_->target)) return error;
  const auto length = ctx_.body.length();
  if (!length) {
    body_.kind = body_kind::chunked;
  } else if (*length != 0 || ctx_.request.find("content-length")) {
    body_ = {body_kind::length, *length, ctx_.body.is_held()};
  }
  if (ctx_.body.is_too_large()) return http::errc::body_too_large;
  upload_ = ctx_.body.done() ? upload::done : upload::to_come;
  if (by_.headers.settings().host == host_to_upstream::upstream) return {};
  // What is wrong with it is told before anything is done for it. The address is not known yet, and
  // matters to few: the head is made again where it does.
  return make_head();
}

core::error_code exchange::make_head() {
  work_->fields.clear();
  forwarded_request request{.head = ctx_.request};
  request.version = ctx_.version;
  request.seen.peer = ctx_.hop;
  request.seen.secure = ctx_.secure;
  request.seen.port = ctx_.link == nullptr ? std::uint16_t{0} : ctx_.link->local_port();
  request.trusted_peer = ctx_.trusted_peer;
  request.request_id = ctx_.request_id;
  if (ctx_.trace.told) {
    request.traceparent = trace::view_of(traceparent_);
    request.tracestate = ctx_.trace.state;
  }
  request.principal = ctx_.principal.get();
  request.certificate = ctx_.certificate.get();
  request.body = body_;
  request.authority = at_ ? std::string_view{at_->authority} : std::string_view{};
  if (!at_ && !ctx_.request.find("host")) request.authority = "unknown";
  if (const auto error = by_.headers.make_fields(request, work_->fields, made_)) return error;
  work_->bytes.clear();
  if (http1::append_request(work_->bytes, ctx_.request.method_text, work_->target,
                            work_->fields.fields())) {
    return errc::ambiguous_path;
  }
  return {};
}

bool exchange::has_small_body() const {
  return upload_ == upload::to_come && body_.kind == body_kind::length &&
         body_.length <= small_body && !made_.expects_continue && !ctx_.request.find("expect");
}

async::task<core::error_code> exchange::take_small_body() {
  ctx_.body.end_by(ctx_.deadline);
  auto got = co_await ctx_.body.read_all(small_body);
  now();
  if (got.has_error()) {
    if (got.error() == http::errc::body_timeout && ctx_.deadline.passed(now_)) {
      told().ended = http::ended_by::deadline;
      co_return errc::answer_timeout;
    }
    co_return body_error_ = got.error();
  }
  small_body_ = std::move(*got);
  upload_ = upload::done;
  co_return core::error_code{};
}

void exchange::watch_client() {
  if (ctx_.link == nullptr) return;
  // Where the task that sends the body is the last to hold it, it may go before the client does.
  ctx_.link->on_peer_closed([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->on_client_gone();
  });
}

void exchange::on_client_gone() {
  client_gone_ = true;
  if (waits_in_ != nullptr) pool::give_up(*waits_in_);
  if (connecting_ != nullptr) connecting_->close();
  drop_connection();
}

void exchange::watch_token() {
  if (!by_.end_with_token || !ctx_.principal) return;
  // What is answered just when a token ends is not cut off at its first bytes.
  constexpr std::chrono::seconds least{1};
  const auto left = ctx_.principal->expiry - by_.to->clock().wall();
  const auto wait = std::max<std::chrono::system_clock::duration>(left, least);
  // A claim may be as large as a number can be.
  if (wait > std::chrono::hours{24 * 365}) return;
  token_end_.emplace(pool_->waits(ctx_.executor, ctx_.waits).timers, [this] { on_token_end(); });
  token_end_->expires_at(
      core::deadline{now() + std::chrono::duration_cast<core::steady_duration>(wait)});
}

void exchange::on_token_end() {
  token_ended_ = true;
  pool_->counts().cut_by_token.add();
  drop_connection();
  const bool under_way = told().phase == http::forward_phase::answering ||
                         told().phase == http::forward_phase::tunnelling;
  if (!under_way) return;
  // Who takes nothing of it would otherwise be waited for.
  told().ended = http::ended_by::token;
  ctx_.reason = reason(errc::token_ended);
  if (ctx_.link != nullptr) ctx_.link->cut();
}

}  // namespace latchkey::edge
