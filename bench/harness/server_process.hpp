// The server as a child process with a configuration of one issuer and one guarded route, and
// requests to it. Not for what a test does to it.
#pragma once

#include "harness/issuer_process.hpp"
#include "harness/test_env.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::harness {

struct server_options {
  // Of [issuer.cache], "cooldown=2s".
  std::vector<std::string> cache;
  // Any other, "server.timeouts.drain=1s".
  std::vector<std::string> settings;
  // A command that runs it, by its absolute path, and its arguments; empty: none.
  std::vector<std::string> under = {};
  std::string ca_file = {};  // of the issuer; empty: the system's authorities
};

// The path of the route that requires a token, and of one that does not.
inline constexpr std::string_view guarded_path = "/notes";
inline constexpr std::string_view open_path = "/openapi.json";

// Lives on the executor of its test_env.
class server_process {
 public:
  // Returns once it listens, with or without keys.
  static async::task<std::shared_ptr<server_process>> start(test_env& env,
                                                            const issuer_process& keys,
                                                            server_options options);
  // The same, once it has keys.
  static async::task<std::shared_ptr<server_process>> start_warm(test_env& env,
                                                                 const issuer_process& keys,
                                                                 server_options options);
  // The arguments of `latchkey serve` and `check-config` for such a configuration.
  static std::vector<std::string> arguments(test_env& env, std::string command, std::string issuer,
                                            std::string jwks_uri, const server_options& options);

  const load::target& front() const { return front_; }
  const load::target& admin() const { return admin_; }
  child& process() { return *program_; }

  // The response to one request over a new connection.
  async::task<reply> get(std::string_view path, std::string token);
  async::task<bool> ready();
  // Throws std::runtime_error when it is not ready in time.
  async::task<> await_ready();

  // The log's lines of that name, from the first or from line `from` on.
  std::vector<boost::json::object> events(std::string_view name, std::size_t from = 0) const;
  std::size_t lines() const { return program_->lines().size(); }

 private:
  explicit server_process(test_env& env) : env_{env} {}

  test_env& env_;
  std::shared_ptr<child> program_;
  load::target front_;
  load::target admin_;
};

// Requests to the guarded route, one with each of the tokens that `options` ask for.
async::task<std::vector<std::string>> guarded_requests(issuer_process& keys, token_options options);

}  // namespace latchkey::bench::harness
