// How the body of a request is sent beside its answer, and how the answer is passed on.
#include "exchange.hpp"

#include <latchkey/client/read_response.hpp>
#include <latchkey/edge/answer_fields.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http1/chunk_frame.hpp>
#include <latchkey/net/errc.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace latchkey::edge {
namespace {

constexpr std::size_t piece_size = 32 * 1024;
// Behind the head of an answer without a body some servers send one all the same, a moment later.
constexpr std::chrono::milliseconds bodiless_rest{20};

}  // namespace

void exchange::begin_upload() {
  upload_ = upload::going;
  watch_token();
  // Before anything of it runs: where all of the body is there already, it ends within spawn().
  connection_.over->read_until(ctx_.deadline);
  const auto self = shared_from_this();
  ctx_.scope.spawn(send_body(self), [self] { self->drop_connection(); });
}

async::task<> exchange::send_body(std::shared_ptr<exchange> self) {
  const auto error = co_await self->send_pieces();
  self->on_upload_end(error);
}

async::task<core::error_code> exchange::send_pieces() {
  const auto piece = std::make_unique_for_overwrite<http1::chunk_buffer<piece_size>>();
  const bool chunked = body_.kind == body_kind::chunked;
  for (;;) {
    body_wait_.begin(now());
    const auto got = co_await ctx_.body.read_some({piece->data(), piece->size()});
    body_wait_.end(now());
    if (got.has_error()) {
      if (!whole_) body_error_ = got.error();
      co_return got.error();
    }
    if (*got == 0) break;
    const auto bytes = chunked ? piece->framed(*got) : std::string_view{piece->data(), *got};
    if (const auto error = co_await write_piece(bytes)) co_return error;
    if (!chunked && ctx_.body.done()) break;
  }
  if (!chunked) co_return core::error_code{};
  co_return co_await write_piece("0\r\n\r\n");
}

async::task<core::error_code> exchange::write_piece(std::string_view bytes) {
  // It may have ended while the client was waited for.
  if (!connection_.over) co_return errc::answer_cut_off;
  auto& over = *connection_.over;
  over.write_until(core::deadline{now() + by_.idle});
  co_return co_await over.write(bytes);
}

void exchange::on_upload_end(const core::error_code& error) {
  upload_ = error ? upload::failed : upload::done;
  if (!connection_.over || whole_) return;
  // Without its request there is no answer to wait for.
  if (body_error_) return drop_connection();
  // The answer may have come already, or be on its way, where the upstream takes no more.
  if (told().phase == http::forward_phase::waiting) {
    connection_.over->read_until(ctx_.deadline.sooner(core::deadline{now() + by_.answer}));
  }
}

http::response exchange::answer() {
  const auto& head = reader().head();
  kept_alive_ = keep_alive_of(head);
  pool_->counts().answers.at(head.status / 100).add();
  if (span_) span_->status = head.status;
  auto passed = pass_answer(head, made_.upgrade);
  if (const auto index = index_now()) pool_->answered(*index, now_);
  if (passed.has_error()) {
    told().ended = http::ended_by::upstream;
    end_attempt(exchange_end::failed);
    return refuse(passed.error());
  }
  if (head.kind == http1::response_kind::upgraded) return pass_upgrade(std::move(passed->answer));
  told().phase = http::forward_phase::answering;
  auto early = take_arrived();
  if (early.has_error()) {
    told().ended = http::ended_by::upstream;
    pool_->counts().bad_answers.add();
    end_attempt(exchange_end::failed);
    return refuse(errc::bad_answer);
  }
  auto& made = passed->answer;
  if (!whole_) {
    early_ = std::move(*early);
    answer_wait_.begin(now_);
    return pass_stream(std::move(made));
  }
  if (ctx_.link != nullptr) ctx_.link->on_peer_closed({});
  if (head.body == http1::body_framing::none &&
      (ctx_.request.method == http::verb::head || head.status == 304)) {
    const http::source::pull nothing =
        [](std::span<char>) -> async::task<core::result<std::size_t>> { co_return std::size_t{0}; };
    made.body = http::source{nothing, passed->told_length};
  } else {
    made.body = std::move(*early);
  }
  end_answer();
  return std::move(made);
}

// Whatever of the body stands in the buffer, decoded.
core::result<std::string> exchange::take_arrived() {
  std::string body;
  for (;;) {
    const auto step = reader().next(room().subspan(begin_, filled_ - begin_));
    if (step.has_error()) return step.error();
    begin_ += step->consumed;
    body += step->data;
    if (step->what == http1::response_reader::event::end) {
      whole_ = true;
      excess_ = begin_ != filled_;
      return body;
    }
    if (step->what == http1::response_reader::event::more) return body;
  }
}

http::response exchange::pass_stream(http::response made) {
  if (!token_end_) watch_token();
  const auto& head = reader().head();
  const auto length = head.body == http1::body_framing::length
                          ? std::optional<std::uint64_t>{head.content_length}
                          : std::nullopt;
  begin_ = filled_ = 0;
  large_ = {};
  flowing_ = end_of_status(head.status) == exchange_end::answered;
  pool_->give_back(std::move(buffer_));
  http::source::pull from = [self = shared_from_this()](std::span<char> out) {
    return self->pull(out);
  };
  made.body = http::source{std::move(from), length};
  return made;
}

core::error_code exchange::cut_off(http::ended_by by, errc why) {
  note_end(by);
  ctx_.reason = reason(why);
  if (by == http::ended_by::upstream || by == http::ended_by::deadline) end_attempt(how_failed());
  end_span(why);
  settle();
  return why;
}

async::task<core::result<std::size_t>> exchange::pull(std::span<char> out) {
  answer_wait_.end(now());
  if (!early_.empty()) {
    const auto size = std::min(early_.size(), out.size());
    std::copy_n(early_.data(), size, out.data());
    early_.erase(0, size);
    answer_wait_.begin(now_);
    co_return size;
  }
  if (whole_) co_return std::size_t{0};
  co_return co_await pull_more(out);
}

async::task<core::result<std::size_t>> exchange::pull_more(std::span<char> out) {
  for (;;) {
    if (token_ended_) co_return cut_off(http::ended_by::token, errc::token_ended);
    if (!connection_.over) co_return cut_off(http::ended_by::upstream, errc::answer_cut_off);
    connection_.over->read_until(core::deadline{now() + by_.idle});
    const auto got = co_await connection_.over->read_some(out);
    now();
    if (token_ended_) co_return cut_off(http::ended_by::token, errc::token_ended);
    if (client_gone_ || body_error_) {
      co_return cut_off(http::ended_by::client, errc::client_gone);
    }
    if (got.has_error() && got.error() == net::errc::timeout) {
      co_return cut_off(http::ended_by::deadline, errc::answer_cut_off);
    }
    if (got.has_error() || *got == 0) {
      const auto end = client::end_of(got);
      const auto last =
          end ? reader().finish(*end) : core::result<http1::response_reader::step>{got.error()};
      if (last.has_error()) co_return cut_off(http::ended_by::upstream, errc::answer_cut_off);
      whole_ = true;
      end_answer();
      co_return std::size_t{0};
    }
    const auto step = reader().next(out.first(*got));
    if (step.has_error()) co_return cut_off(http::ended_by::upstream, errc::answer_cut_off);
    excess_ = excess_ || step->consumed < *got;
    if (step->what == http1::response_reader::event::more) continue;
    if (step->what == http1::response_reader::event::body) {
      end_if_whole();
      answer_wait_.begin(now_);
      co_return step->data.size();
    }
    whole_ = true;
    end_answer();
    co_return std::size_t{0};
  }
}

// The connection is free while the last piece is on its way to the client.
void exchange::end_if_whole() {
  const auto next = reader().next({});
  if (next.has_error() || next->what != http1::response_reader::event::end) return;
  whole_ = true;
  end_answer();
}

void exchange::end_answer() {
  told().phase = http::forward_phase::done;
  token_end_.reset();
  const auto& head = reader().head();
  end_attempt(end_of_status(head.status));
  const bool reusable = head.keep_alive && !excess_ && upload_ == upload::done &&
                        head.body != http1::body_framing::until_close;
  const auto index = place_now();
  if (index && connection_.over && at_->secure) {
    const auto& over = *connection_.over;
    pool_->keep_session(*index, over.session(), over.resumed(), connection_.made);
  }
  // A server that sends a body where there is none, or more than it said, does so again.
  if (excess_ && connection_.over && index) pool_->close_idle(*index);
  // Whole, whatever has become of the client since.
  end_client_span(std::move(span_), {}, now_);
  connection_.rests_until =
      head.body == http1::body_framing::none ? now_ + bodiless_rest : core::steady_time{};
  if (reusable && index && connection_.over) {
    pool_->give_back(*index, std::move(connection_), kept_alive_, now_);
  }
  settle();
}

}  // namespace latchkey::edge
