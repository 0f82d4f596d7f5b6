// The environment of one test run: the programs under test, waits, certificates, a scratch folder,
// and the request to stop. Not for what a test does.
#pragma once

#include "harness/certificate.hpp"
#include "harness/child.hpp"
#include "harness/scratch_folder.hpp"
#include "load/connection.hpp"

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::harness {

using clock = core::steady_time::clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Thrown by every wait once the run has been stopped.
struct stopped : std::runtime_error {
  stopped() : std::runtime_error{"stopped"} {}
};

struct programs {
  std::filesystem::path server;
  std::filesystem::path issuer;
};

// In the folder of this program. Throws std::runtime_error that names the one that is missing.
programs programs_beside_this();

struct reply {
  unsigned status = 0;
  std::optional<unsigned> retry_after;
  std::string body;
};

// Lives on one executor.
class test_env {
 public:
  test_env(async::executor home, programs where, bool quick);
  // Ends all programs that still run.
  ~test_env() = default;
  test_env(const test_env&) = delete;
  test_env& operator=(const test_env&) = delete;

  async::executor home() const { return home_; }
  async::socket_waits& waits() { return waits_; }
  bool quick() const { return quick_; }
  template <class Value>
  Value pick(Value full, Value quick) const {
    return quick_ ? quick : full;
  }

  // The certificate of the servers, and of the issuers that use TLS.
  const certificate& server_identity() const { return identity_; }
  std::filesystem::path certificate_file() const { return folder_.path() / "server.pem"; }
  std::filesystem::path key_file() const { return folder_.path() / "server.key"; }
  const std::shared_ptr<const net::client_tls>& tls() const { return tls_; }
  // Writes a new file into the scratch folder and returns its path.
  std::filesystem::path write(const std::string& name, std::string_view text);

  // `under`: a wrapper command (program and arguments) that runs it; empty: none.
  std::shared_ptr<child> start_server(std::vector<std::string> args,
                                      const std::vector<std::string>& under = {});
  std::shared_ptr<child> start_issuer(std::vector<std::string> args);
  // Any other program, by its absolute path.
  std::shared_ptr<child> start(const std::filesystem::path& program, std::vector<std::string> args);

  // Waits; throws `stopped` as soon as the run is stopped.
  async::task<> sleep(core::steady_duration length);
  // One request over a new connection. Throws std::runtime_error if no response arrives in time.
  async::task<reply> ask(load::target to, std::string method, std::string path,
                         std::string body = {}, std::string token = {});

  // Ends all programs; waits for them then fail.
  void stop();
  bool stopping() const { return stopping_; }
  void check() const;

 private:
  async::executor home_;
  async::socket_waits waits_;
  programs programs_;
  bool quick_;
  certificate identity_ = make_certificate();
  scratch_folder folder_;
  std::shared_ptr<const net::client_tls> tls_;
  std::vector<std::weak_ptr<child>> children_;
  unsigned files_ = 0;
  bool stopping_ = false;
};

// The bytes of a GET with a bearer token; without one where it is empty.
std::string get_request(std::string_view path, std::string_view token);

}  // namespace latchkey::bench::harness
