// One connection from accept to close: TLS handshake, then request after request through the
// pipeline, under limits and deadlines. It reads the head alone before it calls the pipeline. Not
// for accepting connections: server/server.
#pragma once

#include <latchkey/async/coarse_timers.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/response_writer.hpp>
#include <latchkey/net/transport.hpp>
#include <latchkey/server/request_body.hpp>
#include <latchkey/server/request_buffers.hpp>
#include <latchkey/server/site.hpp>

#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/local_shared_ptr.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::server {

// What never became a request.
struct refusal {
  std::string_view peer;  // its address
  core::error_code error;
  unsigned status = 0;     // answered; 0 where there was no answer
  std::string_view fault;  // the byte to blame and its place, for people; empty where there is none
};

// What every session of one thread shares.
struct worker_context {
  // The site in use: whoever needs it beyond a wait keeps a copy. Counted for this thread alone.
  boost::local_shared_ptr<const site> present;
  const core::clock& clock;
  // Told of what never became a request. May be empty.
  const std::function<void(const refusal&)>& refused;
  async::executor where;
  async::readiness& ready;
  async::coarse_timers& timers;
  request_buffer_pool buffers{};
  http1::date_text date{};
};

class session : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `shared` must outlive the session; `tls` (null: plain) need not.
  session(async::tcp_socket socket, std::string peer, const net::tls_context* tls,
          worker_context& shared);

  // From the handshake to the end of the connection. Never throws; the session must outlive it.
  async::task<> run();

  // No further request than one that has come, or the first of a connection that is new, for which
  // there is a moment: at once if there is none, else once it has been answered.
  void drain();
  // Ends the connection now.
  void close();

  // True while it waits for its peer alone: for a request, or for room for an answer, which a peer
  // that reads takes at once.
  bool may_be_ended() const { return phase_ != phase::answering && phase_ != phase::closed; }
  // When it last began to wait for a request, or was accepted.
  core::steady_time waits_since() const { return waits_since_; }

 private:
  // How far a connection is, which decides how it may be ended.
  enum class phase : std::uint8_t {
    waiting,  // nothing of a request has come: the handshake, and between two requests
    reading,  // a head has begun to come
    answering,
    writing,   // an answer is on its way, and may wait for the peer to take it
    dropping,  // answered; what still comes of the request is dropped
    closed,
  };

  async::task<> refuse_handshake(core::error_code error);
  async::task<> serve();
  async::task<core::result<std::size_t>> read_head();
  async::task<bool> answer_one(std::size_t head_size);
  async::task<> refuse(core::error_code error, std::size_t head_size = 0);
  void report_refusal(const core::error_code& error, unsigned status,
                      std::string_view fault = {}) const;
  async::task<bool> write(const http::response& answer, bool keep_alive);
  async::task<core::error_code> write_source(const http::source& pull);
  async::task<core::error_code> write_all(std::string_view bytes);
  async::task<> run_tunnel(const http::tunnel& taker, std::size_t head_size);
  async::task<> lingering_close();
  void begin_dropping();
  std::string_view pipelined_bytes(std::size_t head_size) const;
  void carry_over(std::string_view rest);
  core::deadline after(std::chrono::milliseconds wait) const;
  std::chrono::milliseconds hurried(std::chrono::milliseconds wait) const;
  const session_settings& settings() const { return shared_.present->session; }

  worker_context& shared_;
  std::string peer_;
  net::transport transport_;
  // While there is something of a request or its answer; null between two requests.
  std::unique_ptr<request_buffers> buffers_;
  core::steady_time waits_since_;
  lingering_timeout dropping_;
  phase phase_ = phase::waiting;
  bool secure_;
  bool first_ = true;
  bool draining_ = false;
};

}  // namespace latchkey::server
