// The proxies under test: latchkey, nginx, HAProxy and Caddy, each with TLS in front of the same
// plain upstreams, as a child process. Not for what is sent through them.
#pragma once

#include "edge/proxy_configs.hpp"
#include "harness/issuer_process.hpp"
#include "harness/test_env.hpp"

#include <memory>
#include <optional>

namespace latchkey::bench::edge {

using namespace harness;  // what a row starts and asks

struct proxy_options {
  std::vector<std::uint16_t> upstreams;          // ports of 127.0.0.1
  bool guarded = true;                           // latchkey asks for a token with the notes' scope
  bool cache = true;                             // latchkey keeps tokens that it has checked
  unsigned workers = 1;                          // of latchkey; the others have one
  std::vector<std::string> upstream_lines = {};  // more of latchkey's [[upstream]] and [[route]]
  std::vector<std::string> route_lines = {};
  std::vector<std::string> settings = {};  // of latchkey, KEY=VALUE, over those of the file
  bool admin = true;                       // latchkey has its admin listener
  std::string public_key = {};             // of the issuer; where not empty, HAProxy checks tokens
  std::optional<unsigned> core = {};       // the only one that it may use
};

struct running_proxy {
  proxy which = proxy::latchkey;
  std::shared_ptr<child> program;
  load::target front;
  std::uint16_t admin = 0;  // latchkey's admin listener; 0: none
};

// Returns once it takes connections, and latchkey has keys. Throws std::runtime_error, with what it
// said, where it does not.
async::task<running_proxy> start_proxy(test_env& env, proxy which, const issuer_process& keys,
                                       proxy_options options);

}  // namespace latchkey::bench::edge
