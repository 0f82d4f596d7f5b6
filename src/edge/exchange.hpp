// One request on its way to an upstream and its answer on the way back. Not for what is the same
// for all requests of a route: edge/forward.
#pragma once

#include "client_span.hpp"

#include <latchkey/async/coarse_timers.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/edge/forward.hpp>
#include <latchkey/edge/pool.hpp>
#include <latchkey/http/context.hpp>
#include <latchkey/http/response.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::edge {

// How long in all the client was waited for.
class client_wait {
 public:
  void begin(core::steady_time now) { since_ = now; }
  void end(core::steady_time now) {
    sum_ = until(now);
    since_.reset();
  }
  core::steady_duration until(core::steady_time now) const {
    return since_ ? sum_ + (now - *since_) : sum_;
  }

 private:
  core::steady_duration sum_{};
  std::optional<core::steady_time> since_;
};

// Shared by the handler, the task that sends the body, and the source of the answer or the tunnel.
// The context outlives all that these do, but not always the exchange itself: its destructor leaves
// the context alone.
class exchange : public std::enable_shared_from_this<exchange> {
 public:
  exchange(http::context& ctx, const forwarding_route& by, std::shared_ptr<pool> from);
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  ~exchange();

  // The answer for the client. Once for each exchange.
  static async::task<http::response> run(std::shared_ptr<exchange> self);

 private:
  enum class upload : std::uint8_t { to_come, going, done, failed };

  // The request, before there is a connection.
  core::error_code prepare();
  core::error_code make_head();
  bool has_small_body() const;
  async::task<core::error_code> take_small_body();
  core::deadline place_deadline();
  bool is_repeatable() const;
  std::optional<std::string> balance_key() const;

  // One attempt: to the head of the answer.
  async::task<core::error_code> attempt();
  core::error_code choose();
  bool take_pooled();
  async::task<core::error_code> make_connection();
  async::task<core::error_code> await_head();
  void await_head_until();
  core::error_code take_of_head(const core::result<std::size_t>& got);
  async::task<> pass_interim();
  void make_room();
  bool begin_again(const core::error_code& error);
  void end_attempt(exchange_end how);
  // What the upstream is told of the trace, and the span of the attempt.
  void name_span();
  void begin_span();
  void end_span(const core::error_code& error);
  // Of the address of the attempt, as the pool has it now; nothing where it is gone.
  std::optional<std::size_t> index_now() const { return pool_->now_at(epoch_, index_, at_->text); }
  // The same, and nothing where it is spoken to in another way now, or has another name: what was
  // verified for the one is not for the other.
  std::optional<std::size_t> place_now() const {
    const auto index = index_now();
    return index && pool_->at(*index).at == *at_ ? index : std::nullopt;
  }
  exchange_end how_failed() const;
  // Keeps who ended it first.
  void note_end(http::ended_by by) {
    if (told().ended == http::ended_by::nobody) told().ended = by;
  }

  // The body of the request beside the answer.
  void begin_upload();
  static async::task<> send_body(std::shared_ptr<exchange> self);
  async::task<core::error_code> send_pieces();
  async::task<core::error_code> write_piece(std::string_view bytes);
  void on_upload_end(const core::error_code& error);

  // The answer.
  http::response answer();
  core::result<std::string> take_arrived();
  http::response pass_stream(http::response passed);
  http::response pass_upgrade(http::response passed);
  async::task<core::result<std::size_t>> pull(std::span<char> out);
  async::task<core::result<std::size_t>> pull_more(std::span<char> out);
  void end_if_whole();
  void end_answer();
  core::error_code cut_off(http::ended_by by, errc why);
  async::task<> tunnel(http::byte_stream& client);
  async::task<> tunnel_up(http::byte_stream& client);
  async::task<> tunnel_down(http::byte_stream& client);

  void watch_client();
  void on_client_gone();
  void watch_token();
  void on_token_end();
  http::response refuse(const core::error_code& error);
  void settle();
  void drop_connection();
  // Of this moment; kept for what follows without a wait.
  core::steady_time now() { return now_ = by_.to->clock().steady(); }
  http::forwarding& told() { return *ctx_.forwarded; }

  http::context& ctx_;
  const forwarding_route& by_;
  std::shared_ptr<pool> pool_;
  core::steady_time began_;
  core::steady_time now_;
  core::steady_time chosen_at_;  // when the attempt under way began
  bool entered_ = false;
  pool::waiting_place* waits_in_ = nullptr;
  net::transport* connecting_ = nullptr;
  bool is_retry_ = false;

  std::unique_ptr<workspace> work_;
  forwarded_head made_;
  sent_body body_;
  std::string small_body_;
  upload upload_ = upload::done;
  core::error_code body_error_;  // of the client's side

  // The attempt under way.
  boost::container::static_vector<std::size_t, 8> tried_;
  unsigned attempts_ = 0;
  trace::span_context span_as_;
  trace::traceparent_text traceparent_;
  std::unique_ptr<client_span> span_;  // null where it is not recorded
  bool repeated_ = false;              // once more, which is on a new connection
  std::uint64_t epoch_ = 0;
  std::size_t index_ = 0;
  std::optional<place> at_;
  bool outstanding_ = false;
  pooled_connection connection_;
  http1::response_reader& reader() { return work_->reader; }
  keep_alive kept_alive_;

  std::unique_ptr<exchange_buffer> buffer_;
  std::vector<char> large_;  // in its place, for a head that is
  std::size_t begin_ = 0;
  std::size_t filled_ = 0;
  std::span<char> room() {
    return large_.empty() ? std::span<char>{*buffer_} : std::span<char>{large_};
  }
  std::string early_;  // of the body, decoded before it was asked for
  bool excess_ = false;
  bool whole_ = false;
  bool client_gone_ = false;
  bool token_ended_ = false;
  bool tunnel_over_ = false;
  client_wait body_wait_;        // to send more of its body
  client_wait answer_wait_;      // to take what there is of the answer
  bool flowing_ = false;         // the upstream has begun what others may end
  core::steady_time active_at_;  // of a tunnel
  std::optional<async::coarse_timers::entry> token_end_;
};

}  // namespace latchkey::edge
