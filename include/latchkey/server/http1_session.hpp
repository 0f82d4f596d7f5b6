// HTTP/1 on one connection: request after request through the pipeline, under limits and deadlines.
// It reads the head alone before it calls the pipeline. Not for the wire format: http1.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/server/interim_writer.hpp>
#include <latchkey/server/request_buffers.hpp>
#include <latchkey/server/session.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace latchkey::server {

// For the rest of a request that is on its way when the server is told to end.
inline constexpr std::chrono::milliseconds drain_head_timeout{1'000};
// Who asks again sooner is waited for by the coroutine that has answered.
inline constexpr std::chrono::milliseconds rests_after{100};
// A client that needs longer for 64 KiB may have to make room for others.
inline constexpr std::chrono::milliseconds stalled_after{5'000};

class http1_session final : public session, private http::client_link {
 public:
  explicit http1_session(const session_parts& parts);
  http1_session(const http1_session&) = delete;
  http1_session& operator=(const http1_session&) = delete;

  async::task<> run() override;
  bool is_resting() const override { return resting_; }
  void drain() override;
  bool is_idle() const override {
    return phase_ == phase::waiting || phase_ == phase::reading || phase_ == phase::dropping;
  }
  bool may_be_ended() const override { return phase_ != phase::answering; }
  bool is_stalled(core::steady_time now) const override {
    return phase_ == phase::writing && now - wrote_at_ >= stalled_after;
  }
  core::steady_time waits_since() const override { return waits_since_; }
  close_reason ended_by() const override { return ended_by_; }
  void abandon() override { end_exchange(); }

  // In the place of run(): tells a client of a TLS port that spoke plain HTTP what to do.
  async::task<> ask_for_https();

 private:
  // How far the connection is, which decides how it may be ended.
  enum class phase : std::uint8_t {
    waiting,  // nothing of a request has come
    reading,  // a head has begun to come
    answering,
    writing,   // an answer is on its way, and may wait for the peer to take it
    dropping,  // answered; what still comes of the request is dropped
    queued,    // something of a further request has come already, and has not been looked at
  };
  struct exchange_facts;

  // An answer on its way. The head, and a short body, stand in the buffer; the rest is the answer's
  // own.
  struct outgoing {
    std::string_view unsent{};           // of what stands in the buffer
    std::size_t joined = 0;              // bytes of the body that do
    std::string_view rest{};             // of a body that does not
    const http::source* pull = nullptr;  // the same
  };

  async::task<core::result<std::size_t>> read_head();
  core::result<http::target> begin_request(std::size_t head_size, const session_settings& limits);
  async::task<bool> answer_one(std::size_t head_size);
  void begin_exchange();
  void end_exchange();
  void note_end(const core::error_code& error, bool tunnel);
  void note_silence(const core::error_code& error);
  void find_client(const site& by, http::context& ctx, std::string& text) const;
  bool has_expired() const { return client_ != nullptr && client_->has_expired(); }
  bool may_go_on(const http::context& ctx, const http::response& answer) const;
  async::task<> refuse(core::error_code error, std::size_t head_size = 0);
  void tell_end(http::forwarding& of, const core::error_code& error) const;
  void report(const http::context* ctx, const exchange_facts& facts) const;

  outgoing compose(const http::response& answer, bool keep_alive);
  bool write_at_once(outgoing& what, core::error_code& error);
  async::task<core::error_code> write_rest(outgoing what);
  async::task<core::error_code> write(const http::response& answer, bool keep_alive);
  async::task<core::error_code> write_source(const http::source& pull);
  async::task<core::error_code> write_all(std::string_view bytes);
  async::task<core::error_code> run_tunnel(const http::response& answer, std::size_t head_size);
  async::task<> lingering_close();
  void begin_dropping();
  std::string_view pipelined_bytes(std::size_t head_size) const;
  void carry_over(std::string_view rest);

  bool peer_closed() const override { return transport_.peer_closed(); }
  void on_peer_closed(std::function<void()> call) override;
  async::task<core::error_code> send_interim(const http::response& interim) override;
  void cut() override { transport_.close(); }
  std::uint16_t local_port() override {
    return from_.route ? from_.route->destination.port() : transport_.local_port();
  }
  http::link_facts facts() override;

  core::deadline after(std::chrono::milliseconds wait) const;
  std::chrono::milliseconds hurried(std::chrono::milliseconds wait) const;
  const session_settings& settings() const { return shared_.present->session; }

  worker_context& shared_;
  net::transport& transport_;
  const origin& from_;
  client_standing* client_;  // null: nobody was asked for a certificate
  interim_writer interim_;
  // While there is something of a request or its answer; null between two requests.
  std::unique_ptr<request_buffers> buffers_;
  core::steady_time waits_since_;
  // Of the exchange under way.
  core::steady_time began_;
  core::steady_time wrote_at_;   // when the piece on its way was begun
  core::wall_time composed_at_;  // the answer
  std::uint64_t sent_ = 0;
  lingering_timeout dropping_;
  phase phase_ = phase::waiting;
  close_reason ended_by_ = close_reason::client;
  bool secure_;
  bool first_ = true;
  bool under_way_ = false;  // an exchange is, and is counted
  bool draining_ = false;
  bool resting_ = false;
  bool watches_peer_ = false;
};

}  // namespace latchkey::server
