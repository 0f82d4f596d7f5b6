#include "signals.hpp"

#include <latchkey/core/result.hpp>

#include <array>
#include <csignal>
#include <utility>

namespace latchkey::programs {
namespace {

constexpr std::array<int, 3> for_operators{SIGHUP, SIGUSR1, SIGUSR2};

// Those that end a process by default, tell of no fault of the program, and are not for
// operators. SIGXFSZ among them: a log file at a limit of its size is an error of that write.
constexpr std::array<int, 9> stray{SIGPIPE, SIGALRM,   SIGVTALRM, SIGPROF, SIGIO,
                                   SIGPWR,  SIGSTKFLT, SIGXCPU,   SIGXFSZ};

void ignore(int signal) {
  struct sigaction present{};
  if (::sigaction(signal, nullptr, &present) != 0 || present.sa_handler != SIG_DFL) return;
  present.sa_handler = SIG_IGN;
  ::sigaction(signal, &present, nullptr);
}

}  // namespace

void ignore_signals() {
  for (const int one : for_operators) ignore(one);
  for (const int one : stray) ignore(one);
  for (int one = SIGRTMIN; one <= SIGRTMAX; ++one) ignore(one);
}

operator_signals::operator_signals(const async::executor& where, std::function<void(int)> act)
    : signals_{where}, act_{std::move(act)} {
  for (const int one : for_operators) signals_.add(one);
  wait();
}

operator_signals::~operator_signals() {
  // The set's own end would bring back the default, by which a late signal kills.
  ::sigset_t ours;
  ::sigemptyset(&ours);
  for (const int one : for_operators) ::sigaddset(&ours, one);
  ::pthread_sigmask(SIG_BLOCK, &ours, nullptr);
}

void operator_signals::wait() {
  signals_.async_wait([this](const core::error_code& error, int signal) {
    if (error) return;
    act_(signal);
    wait();
  });
}

}  // namespace latchkey::programs
