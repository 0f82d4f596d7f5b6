// What all contenders share: the issuer, its tokens, the certificate, the cores. And one contender
// started on it. Not for measuring.
#pragma once

#include "compare/configs.hpp"
#include "compare/load_call.hpp"
#include "compare/options.hpp"
#include "compare/proc.hpp"
#include "idp_faults/provider.hpp"
#include "idp_faults/stage.hpp"

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
struct contestant {
  contender which = contender::latchkey;
  std::shared_ptr<child> program;
  std::uint16_t port = 0;
  std::uint16_t admin_port = 0;  // latchkey alone
};

struct latchkey_setting {
  unsigned workers = 1;
  bool cache = true;
};

// Lives on the executor of its stage.
class field {
 public:
  // Starts the issuer, mints all tokens, and asks latchkey once for the answer that those with a
  // fixed one give.
  static async::task<std::unique_ptr<field>> lay_out(idp_faults::stage& on, compare_options asked);

  // Returns once it has answered a valid token with 200 and one with another signature with 401
  // (hello: 200 alone). Throws std::runtime_error where it does not.
  async::task<contestant> start(contender which, latchkey_setting with);

  // A call of the load client for that server.
  load_order order_for(const contestant& server, const load_shape& shape, part tokens) const;
  // Load on that server, and what it used meanwhile.
  async::task<measured_run> load(contestant server, load_shape shape, part tokens);

  idp_faults::stage& stage() const { return on_; }
  const core_plan& cores() const { return cores_; }
  const std::string& a_token() const { return token_; }
  load::target target_of(const contestant& server) const;

 private:
  field(idp_faults::stage& on, compare_options asked);
  async::task<> prepare();
  std::vector<std::string> command_of(contender which, const latchkey_setting& with,
                                      const setting& paths);
  async::task<> await_answer(contestant server);

  idp_faults::stage& on_;
  compare_options asked_;
  core_plan cores_;
  std::shared_ptr<idp_faults::provider> issuer_;
  setting shared_;
  std::string token_;
  std::filesystem::path distinct_;
  std::filesystem::path hot_;
  std::filesystem::path body_;
};

// The public half of a private key in PEM. Throws std::runtime_error where it is none.
std::string public_pem_of(const std::filesystem::path& private_key);

// The token with another signature: its last character but two is another one.
std::string spoiled(std::string token);

}  // namespace latchkey::bench::compare
