#include "client_faults/catalogue.hpp"

#include <utility>

namespace latchkey::bench::client_faults {
namespace {

using std::chrono::milliseconds;

// A timeout of one second, and one more for a machine that is busy.
constexpr milliseconds timeout_and_slack{2'000};

}  // namespace

std::vector<fault> faults() {
  std::vector<fault> all;
  all.push_back({"key-updates", "8 connections of TLS 1.3 that send nothing but KeyUpdate", 8,
                 make_key_updates});
  all.push_back({"renegotiation",
                 "8 connections of TLS 1.2 that send nothing but ClientHello, again and again", 8,
                 make_renegotiation});
  all.push_back({"half-handshakes",
                 "64 clients that send half a ClientHello, timeouts.handshake 1 s",
                 64,
                 make_half_handshake,
                 {"server.timeouts.handshake=1s"},
                 {timeout_and_slack, false},
                 "theirs ended within 2 s"});
  all.push_back({"slow-head",
                 "32 clients that send a byte of their head every 0.1 s, timeouts.head 1 s",
                 32,
                 make_slow_head,
                 {"server.timeouts.head=1s"},
                 {timeout_and_slack, false},
                 "408, or ended, within 2 s"});
  all.push_back({"slow-body",
                 "32 clients that send a byte of a body of 1 MB every 0.1 s, without a token",
                 32,
                 make_slow_body,
                 {},
                 {timeout_and_slack, true},
                 "each answered within 2 s, before its body"});
  all.push_back({"slow-read",
                 "16 clients that ask five thousand times and take no answer, timeouts.write 1 s",
                 16,
                 make_slow_read,
                 {"server.timeouts.write=1s"},
                 {},
                 "theirs ended while it is measured",
                 true});
  all.push_back({"garbage",
                 "8 clients that send 2 kB of anything, connection after connection",
                 8,
                 make_garbage,
                 {"server.timeouts.handshake=1s"},
                 {timeout_and_slack, false},
                 "theirs ended within 2 s"});
  all.push_back({"plain-http",
                 "8 clients that speak HTTP without TLS",
                 8,
                 make_plain_http,
                 {},
                 {timeout_and_slack, true},
                 "each told so by a 400"});
  all.push_back({"resets",
                 "8 clients that reset their connection in the handshake, behind it, or behind a "
                 "request",
                 8, make_resets});
  return all;
}

std::vector<idp_faults::fault_case> catalogue() {
  std::vector<idp_faults::fault_case> all;
  for (auto& one : faults()) {
    idp_faults::fault_case made;
    made.name = one.name;
    made.run = [what = std::move(one)](harness::test_env& env) { return run_beside(env, what); };
    all.push_back(std::move(made));
  }
  return all;
}

}  // namespace latchkey::bench::client_faults
