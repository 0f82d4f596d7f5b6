// How a request gets to the head of its answer.
#include "exchange.hpp"

#include <latchkey/client/read_response.hpp>
#include <latchkey/edge/answer_fields.hpp>
#include <latchkey/edge/connect.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/http1/request_writer.hpp>
#include <latchkey/net/errc.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace latchkey::edge {
namespace {

// A body up to here is sent together with its head, once it is there: no connection of the upstream
// waits for a client that sends it slowly.
constexpr std::size_t small_body = 8 * 1024;
// A client waits for 100 (Continue) no longer than this, and begins (RFC 9110 section 10.1.1).
constexpr std::chrono::seconds continue_wait{1};

std::chrono::microseconds between(core::steady_time from, core::steady_time to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

bool is_trusted(const forwarding_route& by, std::string_view peer) {
  return std::any_of(by.trusted.begin(), by.trusted.end(),
                     [peer](const net::network& one) { return one.contains(peer); });
}

// Where no answer was made, the client's end is told to nobody.
class watched_client {
 public:
  explicit watched_client(http::context& of) : of_{&of} {}
  ~watched_client() {
    if (of_ != nullptr && of_->client != nullptr) of_->client->on_peer_closed({});
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
}

exchange::~exchange() {
  settle();
  pool_->give_back(std::move(work_));
}

// What it holds of the pool; harmless if it has been done.
void exchange::settle() {
  end_attempt(flowing_ ? exchange_end::answered : exchange_end::unknown);
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
    if (const auto error = co_await x.take_small_body()) co_return http::problem(error);
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
    if (!x.begin_again(error)) co_return x.refuse(error);
  }
}

core::deadline exchange::place_deadline() {
  return ctx_.deadline.sooner(core::deadline{now() + by_.to->settings().timeouts.connect});
}

http::response exchange::refuse(const core::error_code& error) {
  if (ctx_.client != nullptr) ctx_.client->on_peer_closed({});
  token_end_.reset();
  drop_connection();
  auto why = error;
  if (client_gone_) why = errc::client_gone;
  if (token_ended_) why = errc::token_ended;
  if (body_error_ && !client_gone_ && !token_ended_) {
    told().ended = http::ended_by::client;
    settle();
    return http::problem(body_error_);
  }
  if (why.category() == http::category()) return http::problem(why);
  if (why.category() == category()) ctx_.reason = reason(static_cast<errc>(why.value()));
  if (client_gone_) told().ended = http::ended_by::client;
  if (token_ended_) told().ended = http::ended_by::token;
  settle();
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
    body_ = {body_kind::length, *length};
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
  request.seen.peer = ctx_.peer;
  request.seen.secure = ctx_.secure;
  request.seen.port = ctx_.client == nullptr ? std::uint16_t{0} : ctx_.client->local_port();
  request.trusted_peer = !by_.trusted.empty() && is_trusted(by_, ctx_.peer);
  request.request_id = ctx_.request_id;
  request.principal = ctx_.principal.get();
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
  auto got = co_await ctx_.body.read_all(small_body);
  now();
  if (got.has_error()) {
    told().ended = http::ended_by::client;
    co_return got.error();
  }
  small_body_ = std::move(*got);
  upload_ = upload::done;
  co_return core::error_code{};
}

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
  const auto key = balance_key();
  const auto found = pool_->choose(key ? std::optional<std::string_view>{*key} : std::nullopt,
                                   std::span<const std::size_t>{tried_.data(), tried_.size()}, now_);
  if (!found) return errc::no_healthy_address;
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
  if (const auto index = pool_->now_at(epoch_, index_, at_->text)) pool_->end(*index, how, now_);
}

async::task<core::error_code> exchange::attempt() {
  ++attempts_;
  if (const auto error = choose()) co_return error;
  const bool by_address = by_.headers.settings().host == host_to_upstream::upstream;
  if (by_address || !ctx_.request.find("host")) {
    if (const auto error = make_head()) co_return error;
  }
  if (!take_pooled()) {
    if (const auto error = co_await make_connection()) {
      end_attempt(exchange_end::failed);
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
  if (error && !client_gone_ && !token_ended_ && !body_error_) end_attempt(exchange_end::failed);
  co_return error;
}

bool exchange::take_pooled() {
  told().connect = {};
  if (!fresh_only_) connection_ = pool_->take(index_, is_repeatable(), now_);
  told().reused = connection_.over != nullptr;
  if (told().reused) pool_->counts().reused.add();
  return told().reused;
}

async::task<core::error_code> exchange::make_connection() {
  told().phase = http::forward_phase::connecting;
  const auto from = now_;
  auto& waits = pool_->waits(ctx_.executor, ctx_.waits);
  const auto session = std::exchange(pool_->at(index_).session, nullptr);
  const auto until = from + by_.to->settings().timeouts.connect;
  auto made = co_await connect(waits, *at_, by_.to->tls(), session.get(),
                               ctx_.deadline.sooner(core::deadline{until}));
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

// Of the deadlines only that of the answer is left once the request is out.
void exchange::await_head_until() {
  auto& over = *connection_.over;
  if (upload_ == upload::to_come) {
    over.read_until(core::deadline{now_ + continue_wait});
  } else if (upload_ == upload::going) {
    over.read_until(core::deadline{});
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
  if (passed.has_error() || ctx_.client == nullptr) co_return;
  co_await ctx_.client->send_interim(passed->answer);
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
    if (upload_ != upload::to_come) {
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
    if (const auto index = pool_->now_at(epoch_, index_, at_->text)) pool_->distrust(*index, now_);
  }
  const bool failed_on_the_way =
      error == errc::unreachable || error == errc::connect_timeout || error == errc::no_answer;
  if (!failed_on_the_way) return false;
  const auto verdict = decide(facts, pool_->under_way(), by_.to->settings().retry);
  if (verdict == retry::no || tried_.size() == tried_.capacity()) return false;
  if (verdict == retry::another_address) {
    const auto index = pool_->now_at(epoch_, index_, at_->text);
    if (index) tried_.push_back(*index);
    if (tried_.size() >= pool_->group().size()) return false;
  } else {
    repeated_ = true;
    fresh_only_ = true;
  }
  connection_ = {};
  if (!std::exchange(is_retry_, true)) pool_->begin_retry();
  ++told().retries;
  pool_->counts().retries.add();
  told().ended = http::ended_by::nobody;
  return true;
}

void exchange::watch_client() {
  if (ctx_.client == nullptr) return;
  // Where the task that sends the body is the last to hold it, it may go before the client does.
  ctx_.client->on_peer_closed([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->on_client_gone();
  });
}

void exchange::on_client_gone() {
  client_gone_ = true;
  if (waits_in_ != nullptr) pool::give_up(*waits_in_);
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
  if (ctx_.client != nullptr) ctx_.client->cut();
}

}  // namespace latchkey::edge
