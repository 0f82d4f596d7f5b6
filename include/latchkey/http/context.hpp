// All that is known of the request being answered: made by the session, passed by reference through
// the pipeline, living in the session's frame. Not for what outlives the request.
#pragma once

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/async/task_scope.hpp>
#include <latchkey/core/block_cache.hpp>
#include <latchkey/core/client_certificate.hpp>
#include <latchkey/core/principal.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/body.hpp>
#include <latchkey/http/check.hpp>
#include <latchkey/http/forwarding.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/response.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/trace/request_trace.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

// What is known of the client's connection; views live as long as it does.
struct link_facts {
  // Its two ends as the client sees them; port 0 where one is not known.
  async::tcp::endpoint client;
  async::tcp::endpoint server;
  // As OpenSSL names them; empty where the client came without TLS.
  std::string_view tls_version;
  std::string_view tls_cipher;
  std::string_view server_name;  // that it asked for (SNI); empty: none
};

// What a request has of the client's connection, beside its body. Not for the connection's other
// requests.
class client_link {
 public:
  virtual ~client_link() = default;
  // The client has ended its side or is gone; what a client that half-closes may still want is for
  // whoever asks to decide.
  virtual bool peer_closed() const = 0;
  // Calls once when that is so; replaces the call before, and an empty one ends it. The call is
  // from the event loop, while the exchange lasts.
  virtual void on_peer_closed(std::function<void()> call) = 0;
  // Sends an interim response (RFC 9110 section 15.2), 103 for one, where the client can take it
  // and the final one has not begun; else it is dropped, which is no error. Not 101.
  virtual async::task<core::error_code> send_interim(const response& interim) = 0;
  // Ends the connection at once, in the midst of an answer or a tunnel.
  virtual void cut() {}
  // The port that the client connected to; 0 where the system does not say.
  virtual std::uint16_t local_port() { return 0; }
  // Asks the system.
  virtual link_facts facts() { return {}; }
};

struct context {
  context(const request_head& head, http::target parsed, async::executor where)
      : request{head}, target{parsed}, executor{where}, scope{where} {}

  const request_head& request;
  http::target target;
  // Where this request runs: for timers and waits of handlers.
  async::executor executor;
  // By which the sockets of this thread wait; null where there is no server.
  async::socket_waits* waits = nullptr;
  // Addresses as text, owned by the session. `peer` has connected; `hop` speaks HTTP to us, and is
  // the peer unless that is a trusted proxy which names another by the PROXY protocol; `client` is
  // who asks: the hop, unless that is a trusted proxy whose X-Forwarded-For names another.
  std::string_view peer;
  std::string_view hop;
  std::string_view client;
  bool trusted_peer = false;  // what the hop tells of other hops is believed
  // The peer speaks for others by a header of the PROXY protocol, or for nobody.
  bool by_proxy_header = false;
  // What the client proved to be in the handshake; null where it did not.
  core::client_certificate_ptr certificate;
  bool secure = false;    // came by https
  unsigned version = 11;  // of HTTP: 10 or 11
  core::block_string request_id;
  // The trace it is part of; off until somebody begins it.
  latchkey::trace::request_trace trace;
  // When the answer must be under way. Set by the session, drawn closer by the deadline middleware.
  core::deadline deadline;
  http::body body;
  // Owned by the session; null where there is no connection.
  client_link* link = nullptr;
  // Tasks beside the handler, which may read the body: stopped once the answer is out, and joined
  // before the connection serves another request.
  async::task_scope scope;
  // The route takes cookies from pages of the request's origin, though it is another one: set by
  // cors.
  bool credentials_welcome = false;
  // Set by authenticate; null until then.
  core::principal_ptr principal;

  // The pattern of the route that was chosen; owned by the router. Empty where none was.
  std::string_view route;
  std::size_t route_index = 0;  // see http::route
  // Path parameters of that route: names owned by the router, values views of the target.
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
  // Why the request was refused: a stable code for the log, with static storage.
  std::string_view reason;
  // Where the request was forwarded.
  std::optional<http::forwarding> forwarded;
  // Which request another proxy asked about.
  std::optional<http::check> checked;
};

}  // namespace latchkey::http
