// One connection from accept to close: TLS handshake, then request after request through the
// pipeline, under limits and deadlines. It reads the head alone before it calls the pipeline. Not
// for accepting connections: net/server.
#pragma once

#include <latchkey/async/watchdog.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/net/http1_head.hpp>
#include <latchkey/net/http1_response.hpp>
#include <latchkey/net/request_space.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::net {

struct session_timeouts {
  std::chrono::milliseconds handshake{10'000};
  // From its first byte to its last; of the first request, from the end of the handshake.
  std::chrono::milliseconds head{10'000};
  std::chrono::milliseconds body{30'000};   // the whole body, from when it is first read
  std::chrono::milliseconds idle{60'000};   // between two requests
  std::chrono::milliseconds write{30'000};  // without the peer taking anything
};

struct session_settings {
  head_limits head;
  std::size_t body_bytes = 1024 * 1024;
  session_timeouts timeouts;
};

// What every session of one thread shares.
struct session_shared {
  const session_settings& settings;
  const http::handler& pipeline;
  const core::clock& clock;
  // Told of what never became a request: the peer's address, the reason and the status answered (0
  // where there was no answer).
  const std::function<void(std::string_view peer, const core::error_code&, unsigned status)>&
      refused;
  async::executor where;
  async::readiness& ready;
  async::watchdog& dog;
  request_spaces spaces{};
  date_text date{};
};

class session : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `shared` and `tls` (null: plain) must outlive the session.
  session(async::tcp_socket socket, std::string peer, const tls_context* tls,
          session_shared& shared);

  // From the handshake to the end of the connection. Never throws; the session must outlive it.
  async::task<> run();

  // No further request: at once if none is under way, else once it has been answered.
  void drain();
  // Ends the connection now.
  void close() { transport_.close(); }

 private:
  async::task<> serve();
  async::task<core::result<std::size_t>> read_head();
  async::task<bool> answer_one(std::size_t head_size);
  async::task<> refuse(core::error_code error);
  async::task<bool> write(const http::response& answer, bool keep_alive);
  async::task<core::error_code> write_source(const http::source& pull, bool chunked);
  async::task<core::error_code> write_all(std::string_view bytes);
  async::task<> hand_over(const http::tunnel& taker, std::size_t head_size);
  async::task<> linger();
  std::string_view behind_request(std::size_t head_size) const;
  void keep(std::string_view rest);
  core::deadline after(std::chrono::milliseconds wait) const;

  session_shared& shared_;
  std::string peer_;
  transport transport_;
  // While there is something of a request or its answer; null between two requests.
  std::unique_ptr<request_space> space_;
  bool first_ = true;
  bool idle_ = false;  // no request has begun that is not answered
  bool reading_head_ = false;
  bool draining_ = false;
};

}  // namespace latchkey::net
