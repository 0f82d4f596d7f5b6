// The upstreams that are programs of Node.js or nginx, as child processes, and what they have seen.
// Not for what they do: that is upstream.js.
#pragma once

#include "harness/test_env.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::bench::edge {

// The program that `node` runs.
std::string_view upstream_script();

struct upstream_options {
  std::uint16_t port = 0;    // 0: any
  std::uint64_t number = 0;  // as the mode takes it
};

// Lives on the executor of its test_env.
class node_upstream {
 public:
  // Returns once it listens. `mode` as upstream.js has it. Throws std::runtime_error where it does
  // not start, as where there is no Node.js.
  static async::task<std::unique_ptr<node_upstream>> start(harness::test_env& env, std::string mode,
                                                           upstream_options options);

  std::uint16_t port() const { return port_; }
  harness::child& process() { return *program_; }
  // Plain, without a proxy in between.
  load::target direct() const;
  // What it has seen; of recorders since it was asked last.
  async::task<boost::json::object> report();

 private:
  explicit node_upstream(harness::test_env& env) : env_{env} {}

  harness::test_env& env_;
  std::shared_ptr<harness::child> program_;
  std::uint16_t port_ = 0;
  load::target control_;
};

// latchkey-bench-upstream, which is fast: GET /source/N is answered with N bytes, all else with a
// short text once its body has been read. Throws std::runtime_error where it does not start.
class plain_upstream {
 public:
  // `core`: the only one that it may use.
  static async::task<std::unique_ptr<plain_upstream>> start(harness::test_env& env,
                                                            std::optional<unsigned> core);

  std::uint16_t port() const { return port_; }

 private:
  std::shared_ptr<harness::child> program_;
  std::uint16_t port_ = 0;
};

// nginx that answers everything with 200. Throws std::runtime_error where it does not start.
class nginx_upstream {
 public:
  static async::task<std::unique_ptr<nginx_upstream>> start(harness::test_env& env);

  std::uint16_t port() const { return port_; }
  // How many requests it has taken or refused since it was asked last.
  std::size_t taken();

 private:
  std::shared_ptr<harness::child> program_;
  std::uint16_t port_ = 0;
  std::size_t seen_ = 0;
};

// Why a row cannot be run here; empty where it can.
std::string missing_node();

}  // namespace latchkey::bench::edge
