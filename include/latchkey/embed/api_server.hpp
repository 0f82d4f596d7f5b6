// An HTTPS server for a program's own handlers behind the guards of latchkey: strict HTTP, request
// ids, deadlines, limits of bodies, verified tokens, scopes. Not for configuration files, metrics
// and reloads: those are the program `latchkey`.
#pragma once

#include <latchkey/embed/issuer.hpp>
#include <latchkey/http/exchange.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/http/request.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::embed {

struct api_settings {
  std::vector<std::string> listen = {"127.0.0.1:8443"};  // addresses; port 0 takes a free one
  // PEM files of the chain and its key. Both empty: plain HTTP, for behind something that has TLS.
  std::filesystem::path certificate = {};
  std::filesystem::path private_key = {};
  std::vector<issuer> issuers = {};
  std::size_t threads = 0;                      // 0: one for each processor
  std::size_t token_cache = 32U * 1024 * 1024;  // bytes, for tokens that were verified; 0: none
  std::size_t body_bytes = 1024 * 1024;         // of a request's body
  // By when an answer must be under way: ctx.deadline of a handler.
  std::chrono::milliseconds request_timeout{30'000};
  // How long requests under way may take once it is told to end.
  std::chrono::milliseconds drain{10'000};
  // Told of every exchange at its end, and of an exception from a handler, which is a bug and
  // answered by 500. On any thread; each may be empty.
  http::exchange_observer observe = {};
  std::function<void(const http::context&, std::string_view what)> failed = {};
};

struct api_route {
  std::string pattern;  // "/notes", "/notes/{id}", "/files/*" (http::route_pattern)
  std::vector<http::verb> methods;
  http::handler handler;  // called on every thread at once
  // The token must have all of them. Empty: any valid token.
  std::vector<std::string> scopes = {};
  bool is_public = false;  // no token is asked for, and ctx.principal is null
};

class api_server {
 public:
  // Binds every address and begins to fetch keys. Throws std::invalid_argument for settings or
  // routes that cannot work, and std::runtime_error for an address or a file that cannot be had.
  api_server(api_settings settings, std::vector<api_route> routes);
  // Not while run() runs.
  ~api_server();
  api_server(const api_server&) = delete;
  api_server& operator=(const api_server&) = delete;

  // "https://127.0.0.1:8443", with the ports that the system chose.
  std::vector<std::string> urls() const;

  // The keys of every issuer are loaded and not too old. From any thread.
  bool ready() const;

  // Serves until stop(), SIGINT or SIGTERM; then lets what was asked be answered, and returns.
  // Once.
  void run();
  // From any thread, also from a handler; also before run(), which returns at once then.
  void stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace latchkey::embed
