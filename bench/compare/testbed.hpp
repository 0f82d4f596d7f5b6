// What all contenders share (issuer, tokens, certificate, cores), and how one is started. Not for
// measuring.
#pragma once

#include "compare/configs.hpp"
#include "compare/load_call.hpp"
#include "compare/options.hpp"
#include "harness/issuer_process.hpp"
#include "harness/process_stats.hpp"
#include "harness/test_env.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::bench::compare {

// Which core does what. Throws std::runtime_error for fewer than two.
struct core_plan {
  unsigned server = 0;
  unsigned load = 1;
  std::vector<unsigned> two_servers;  // for two workers
  bool shared = false;                // one of these is the load client's, too: there are only two
};
core_plan plan_cores(const std::vector<unsigned>& usable);

// A server that answers.
struct running_server {
  contender which = contender::latchkey;
  std::shared_ptr<harness::child> program;
  std::uint16_t port = 0;
  std::uint16_t admin_port = 0;  // latchkey alone
};

struct latchkey_setting {
  unsigned workers = 1;
  bool cache = true;
};

// Lives on the executor of its test_env.
class testbed {
 public:
  // Starts the issuer, mints all tokens, and sends latchkey one request, whose response body the
  // contenders with a fixed response use.
  static async::task<std::unique_ptr<testbed>> set_up(harness::test_env& env,
                                                      compare_options asked);

  // Returns once it has answered a valid token with 200 and one with a bad signature with 401
  // (hello: only the 200). Throws std::runtime_error if it does not.
  async::task<running_server> start(contender which, latchkey_setting with);

  // A call of the load client for that server.
  load_call_options order_for(const running_server& server, const load_shape& shape,
                              part tokens) const;
  // Load on that server, and what it used meanwhile.
  async::task<measured_run> load(running_server server, load_shape shape, part tokens);

  harness::test_env& env() const { return env_; }
  const core_plan& cores() const { return cores_; }
  const std::string& a_token() const { return token_; }
  load::target target_of(const running_server& server) const;

 private:
  testbed(harness::test_env& env, compare_options asked);
  async::task<> prepare();
  std::vector<std::string> command_of(contender which, const latchkey_setting& with,
                                      const setting& paths);
  async::task<> await_answer(running_server server);

  harness::test_env& env_;
  compare_options asked_;
  core_plan cores_;
  std::shared_ptr<harness::issuer_process> issuer_;
  setting shared_;
  std::string token_;
  std::filesystem::path distinct_;
  std::filesystem::path hot_;
  std::filesystem::path body_;
};

// The public half of a private key in PEM. Throws std::runtime_error where it is none.
std::string public_pem_of(const std::filesystem::path& private_key);

// The token with a signature that does not verify: its third last character is changed.
std::string with_bad_signature(std::string token);

}  // namespace latchkey::bench::compare
