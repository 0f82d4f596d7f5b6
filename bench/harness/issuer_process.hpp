// The development issuer as a child process, and its /control requests as functions. Not for which
// faults are ordered when.
#pragma once

#include "harness/test_env.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::bench::harness {

struct issuer_options {
  std::string listen = "127.0.0.1:0";
  bool tls = false;
  std::string cache_control;  // empty: its own default
  std::string key_file;       // PEM, made where it does not exist; empty: a key it keeps to itself
};

// Kids, the oldest first, and the one that signs.
struct published_keys {
  std::string signing;
  std::vector<std::string> kids;
};

struct token_options {
  std::size_t count = 1;
  bool unknown_kids = false;  // each its own, which no key set has
  std::chrono::seconds expires_in{3600};
};

// Lives on the executor of its test_env. Members that send a request throw std::runtime_error if
// the issuer refuses it or does not respond.
class issuer_process {
 public:
  static async::task<std::shared_ptr<issuer_process>> start(test_env& env, issuer_options options);
  // The same without anything special.
  static async::task<std::shared_ptr<issuer_process>> start(test_env& env);

  // Without a slash at the end.
  const std::string& url() const { return url_; }
  // Plain HTTP on loopback, unaffected by faults.
  const std::string& control_url() const { return control_url_; }
  std::string jwks_uri() const { return url_ + "/.well-known/jwks.json"; }

  async::task<> fail(boost::json::object fault);
  async::task<> fail(std::string kind);
  async::task<> heal();
  // A step of a rotation, as /control/rotate takes it.
  async::task<published_keys> turn(boost::json::object step);
  // "rotate", "publish", "sign"; gives the kids that are published then, the oldest first.
  async::task<std::vector<std::string>> rotate(std::string step);
  // Removes that key from the key set.
  async::task<> withdraw(std::string kid);
  async::task<boost::json::object> stats();
  // How often its key set has been asked for.
  async::task<std::uint64_t> fetches();
  // How often `request` ("GET /path") has come.
  async::task<std::uint64_t> requests(std::string request);
  // As /control/mint takes it, with a count.
  async::task<std::vector<std::string>> mint(boost::json::object request);
  // Tokens for the route of our servers.
  async::task<std::vector<std::string>> tokens(token_options options);
  async::task<std::string> token();

 private:
  explicit issuer_process(test_env& env) : env_{env} {}
  async::task<std::string> control(std::string path, std::string body);

  test_env& env_;
  std::shared_ptr<child> program_;
  std::string url_;
  std::string control_url_;
  load::target control_;
};

// "http://127.0.0.1:80/x" -> 80. Throws std::runtime_error for a URL without a port.
std::uint16_t port_of(std::string_view url);

}  // namespace latchkey::bench::harness
