// How a request gets to the head of its answer: to which address, on which connection, and whether
// again.
#include "exchange.hpp"
#include "sent_proxy_header.hpp"

#include <latchkey/edge/answer_fields.hpp>
#include <latchkey/edge/connect.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace latchkey::edge {
namespace {

// A client waits for 100 (Continue) no longer than this, and begins (RFC 9110 section 10.1.1).
constexpr std::chrono::seconds continue_wait{1};

std::chrono::microseconds between(core::steady_time from, core::steady_time to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

}  // namespace

bool exchange::is_repeatable() const {
  return is_idempotent(ctx_.request.method) && body_.kind == body_kind::none;
}

std::optional<std::string> exchange::balance_key() const {
  const auto& claim = by_.to->settings().balance_by;
  if (claim.empty() || !ctx_.principal) return std::nullopt;
  return claim_key(ctx_.principal->claims, claim);
}

core::error_code exchange::choose() {
  told().phase = http::forward_phase::choosing;
  // Its indexes are of another time.
  if (pool_->epoch() != epoch_) tried_.clear();
  const auto key = balance_key();
  const auto found =
      pool_->choose(key ? std::optional<std::string_view>{*key} : std::nullopt,
                    std::span<const std::size_t>{tried_.data(), tried_.size()}, now_);
  if (!found) return errc::no_healthy_address;
  chosen_at_ = now_;
  epoch_ = pool_->epoch();
  index_ = found.index;
  at_ = pool_->at(index_).at;
  told().address = at_->text;
  pool_->begin(index_, now_);
  outstanding_ = true;
  return {};
}

void exchange::end_attempt(exchange_end how) {
  if (!std::exchange(outstanding_, false)) return;
  if (const auto index = index_now()) pool_->end(*index, how, now_);
}

// Servers give up clients that are slow, and this one is theirs: of a slow one behind it such an
// end says nothing of the address. Else some slow ones could have it ejected.
exchange_end exchange::how_failed() const {
  constexpr std::chrono::seconds slow{1};
  const auto for_body = body_wait_.until(now_);
  if (std::max(for_body, answer_wait_.until(now_)) >= slow) return exchange_end::unknown;
  // Of the route's time, too, the client may have used up most.
  const bool had_half = 2 * (now_ - chosen_at_ - for_body) >= now_ - began_;
  return !ctx_.deadline.passed(now_) || had_half ? exchange_end::failed : exchange_end::unknown;
}

async::task<core::error_code> exchange::attempt() {
  ++attempts_;
  if (const auto error = choose()) co_return error;
  const bool by_address = by_.headers.settings().host == host_to_upstream::upstream;
  const bool another_span = ctx_.trace.on && attempts_ > 1;
  if (another_span) name_span();
  if (by_address || another_span || !ctx_.request.find("host")) {
    if (const auto error = make_head()) co_return error;
  }
  begin_span();
  if (!take_pooled()) {
    if (const auto error = co_await make_connection()) {
      end_attempt(client_gone_ || is_of_this_machine(told().error) ? exchange_end::unknown
                                                                   : how_failed());
      co_return error;
    }
  }
  told().phase = http::forward_phase::sending;
  begin_ = filled_ = 0;
  told().ended = http::ended_by::nobody;
  reader().begin({.head = ctx_.request.method == http::verb::head,
                  .connect = false,
                  .upgrade = !made_.upgrade.empty()});
  auto& over = *connection_.over;
  over.write_until(core::deadline{now_ + by_.idle});
  const auto head_size = work_->bytes.size();
  work_->bytes += small_body_;
  const auto failed = co_await over.write(work_->bytes);
  work_->bytes.resize(head_size);
  told().phase = http::forward_phase::waiting;
  auto error = core::error_code{errc::answer_timeout};
  if (failed != net::errc::timeout) {
    // The answer may have come all the same, and tell why nothing more is taken.
    if (failed && upload_ == upload::to_come) upload_ = upload::failed;
    if (upload_ == upload::to_come && !made_.expects_continue) begin_upload();
    error = co_await await_head();
  }
  if (error && !client_gone_ && !token_ended_ && !body_error_) end_attempt(how_failed());
  co_return error;
}

// Each attempt is a span of its own.
void exchange::name_span() {
  if (!ctx_.trace.on) return;
  span_as_ = ctx_.trace.child();
  traceparent_ = trace::to_traceparent(span_as_);
}

void exchange::begin_span() {
  span_ = begin_client_span(ctx_, span_as_, *at_, work_->target, attempts_ - 1,
                            by_.to->clock().wall(), now_);
}

// What others did goes before what came of it.
void exchange::end_span(const core::error_code& error) {
  if (!span_) return;
  std::string_view why;
  if (client_gone_) {
    why = reason(errc::client_gone);
  } else if (token_ended_) {
    why = reason(errc::token_ended);
  } else if (body_error_) {
    why = "request_body";
  } else if (error) {
    why = error.category() == category() ? reason(static_cast<errc>(error.value())) : "failed";
  }
  end_client_span(std::move(span_), why, now_);
}

bool exchange::take_pooled() {
  told().connect = {};
  if (!repeated_) connection_ = pool_->take(index_, is_repeatable(), now_);
  told().reused = connection_.over != nullptr;
  if (told().reused) pool_->counts().reused.add();
  return told().reused;
}

async::task<core::error_code> exchange::make_connection() {
  told().phase = http::forward_phase::connecting;
  const auto from = now_;
  auto& waits = pool_->waits(ctx_.executor, ctx_.waits);
  const auto session = pool_->take_session(index_, from);
  const auto until = from + by_.to->settings().timeouts.connect;
  const auto due = ctx_.deadline.sooner(core::deadline{until});
  const auto first = proxy_header_of(by_.to->settings().send_proxy, ctx_);
  auto made = co_await connect(waits, *at_, by_.to->tls(), session.get(), due, connecting_, first);
  if (made.has_error() && is_of_this_machine(made.error()) && pool_->idle_count() != 0) {
    pool_->close_all_idle();
    made = co_await connect(waits, *at_, by_.to->tls(), session.get(), due, connecting_, first);
  }
  now();
  if (client_gone_) co_return errc::client_gone;
  if (made.has_error()) {
    pool_->counts().connect_failures.add();
    const bool late = made.error() == net::errc::timeout;
    told().error = made.error();
    told().ended = late ? http::ended_by::deadline : http::ended_by::upstream;
    co_return late ? errc::connect_timeout : errc::unreachable;
  }
  connection_ = {};
  connection_.over = std::move(*made);
  connection_.made = now_;
  told().connect = between(from, now_);
  pool_->counts().connects.add();
  pool_->counts().connect_us.add(static_cast<std::uint64_t>(told().connect.count()));
  co_return core::error_code{};
}

// Until the request is out, the time of the answer has not begun; that of the route has.
void exchange::await_head_until() {
  auto& over = *connection_.over;
  if (upload_ == upload::to_come) {
    over.read_until(ctx_.deadline.sooner(core::deadline{now_ + continue_wait}));
  } else if (upload_ == upload::going) {
    over.read_until(ctx_.deadline);
  } else {
    over.read_until(ctx_.deadline.sooner(core::deadline{now_ + by_.answer}));
  }
}

async::task<core::error_code> exchange::await_head() {
  using event = http1::response_reader::event;
  await_head_until();
  auto& over = *connection_.over;
  for (;;) {
    make_room();
    // Hardly ever is it there already: to look first would be for nothing.
    if (!over.may_read()) co_await over.readable();
    const auto got = co_await over.read_some(room().subspan(filled_));
    now();
    if (const auto error = take_of_head(got)) co_return error;
    for (;;) {
      const auto step = reader().next(room().subspan(begin_, filled_ - begin_));
      if (step.has_error()) {
        told().ended = http::ended_by::upstream;
        told().error = step.error();
        co_return errc::bad_answer;
      }
      begin_ += step->consumed;
      if (step->what == event::more) break;
      if (step->what == event::head) {
        told().first_byte = between(began_, now_);
        pool_->counts().first_byte_us.add(static_cast<std::uint64_t>(told().first_byte.count()));
        co_return core::error_code{};
      }
      co_await pass_interim();
    }
  }
}

async::task<> exchange::pass_interim() {
  const auto& head = reader().head();
  if (head.status == 100) {
    if (upload_ == upload::to_come) begin_upload();
    co_return;
  }
  auto passed = pass_answer(head, {});
  if (passed.has_error() || ctx_.link == nullptr) co_return;
  co_await ctx_.link->send_interim(passed->answer);
}

void exchange::make_room() {
  const auto all = room();
  if (begin_ != 0) {
    std::memmove(all.data(), all.data() + begin_, filled_ - begin_);
    filled_ -= begin_;
    begin_ = 0;
  }
  if (filled_ < all.size()) return;
  // The reader refuses a head that is larger than this.
  std::vector<char> larger(std::max(2 * all.size(), by_.to->settings().head.bytes + 1));
  std::memcpy(larger.data(), all.data(), filled_);
  large_ = std::move(larger);
}

core::error_code exchange::take_of_head(const core::result<std::size_t>& got) {
  if (got.has_value() && *got != 0) {
    filled_ += *got;
    return {};
  }
  if (client_gone_ || token_ended_ || body_error_) return errc::no_answer;
  if (got.has_error() && got.error() == net::errc::timeout) {
    if (upload_ != upload::to_come || ctx_.deadline.passed(now_)) {
      told().ended = http::ended_by::deadline;
      return errc::answer_timeout;
    }
    // An upstream that does not know of 100 (Continue).
    begin_upload();
    return {};
  }
  told().ended = http::ended_by::upstream;
  if (got.has_error()) told().error = got.error();
  return filled_ != 0 || reader().begun() ? errc::bad_answer : errc::no_answer;
}

// Whether another attempt is made, and begins it.
bool exchange::begin_again(const core::error_code& error) {
  if (client_gone_ || token_ended_ || body_error_) return false;
  failed_attempt facts;
  facts.method = ctx_.request.method;
  facts.connected = connection_.over != nullptr;
  facts.reused = connection_.reused;
  facts.peer_ended = error == errc::no_answer;
  // A small one that is held here can be sent again where nothing of it has been.
  facts.body_begun = facts.connected && upload_ != upload::to_come && body_.kind != body_kind::none;
  facts.answer_begun = facts.connected && (reader().begun() || filled_ != 0);
  facts.attempts = attempts_;
  facts.repeated = repeated_;
  if (error == errc::answer_timeout) pool_->counts().timeouts.add();
  if (error == errc::no_answer || error == errc::bad_answer) pool_->counts().bad_answers.add();
  if (error == errc::no_healthy_address) pool_->counts().refused.add();
  if (error == errc::no_answer && connection_.reused) {
    if (const auto index = index_now()) pool_->distrust(*index, now_);
  }
  const bool failed_on_the_way =
      error == errc::unreachable || error == errc::connect_timeout || error == errc::no_answer;
  if (!failed_on_the_way) return false;
  const auto verdict = decide(facts, pool_->under_way(), by_.to->settings().retry);
  if (verdict == retry::no || tried_.size() == tried_.capacity()) return false;
  if (verdict == retry::another_address) {
    const auto index = index_now();
    if (index) tried_.push_back(*index);
    if (tried_.size() >= pool_->group().size()) return false;
  } else {
    repeated_ = true;
  }
  connection_ = {};
  if (!std::exchange(is_retry_, true)) pool_->begin_retry();
  ++told().retries;
  pool_->counts().retries.add();
  told().ended = http::ended_by::nobody;
  return true;
}

}  // namespace latchkey::edge
