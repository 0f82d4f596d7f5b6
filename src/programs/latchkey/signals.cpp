#include "signals.hpp"

#include <latchkey/core/result.hpp>

#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace latchkey::programs {
namespace {

constexpr std::array<int, 3> endings{SIGTERM, SIGINT, SIGQUIT};
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

::sigset_t held_signals() {
  ::sigset_t all;
  ::sigemptyset(&all);
  for (const int one : endings) ::sigaddset(&all, one);
  for (const int one : for_operators) ::sigaddset(&all, one);
  return all;
}

int open_queue() {
  const auto held = held_signals();
  const int made = ::signalfd(-1, &held, SFD_NONBLOCK | SFD_CLOEXEC);
  if (made < 0) throw std::system_error{errno, std::generic_category(), "cannot wait for signals"};
  return made;
}

}  // namespace

bool ends_server(int signal) {
  return std::find(endings.begin(), endings.end(), signal) != endings.end();
}

// Blocked, and not handled: a handler has to be taken away at some time, and until the process is
// gone there would be the default again, by which a late signal kills.
void hold_signals() {
  const auto held = held_signals();
  ::pthread_sigmask(SIG_BLOCK, &held, nullptr);
  for (const int one : stray) ignore(one);
  for (int one = SIGRTMIN; one <= SIGRTMAX; ++one) ignore(one);
}

bool end_is_asked_for() {
  ::sigset_t pending;
  ::sigemptyset(&pending);
  if (::sigpending(&pending) != 0) return false;
  return std::any_of(endings.begin(), endings.end(),
                     [&pending](int one) { return ::sigismember(&pending, one) == 1; });
}

signal_queue::signal_queue(const async::executor& where, std::function<void(int)> act)
    : descriptor_{where, open_queue()}, act_{std::move(act)} {
  wait();
}

void signal_queue::wait() {
  const auto take = [this](const core::error_code& error) {
    if (error) return;
    take_all();
    wait();
  };
  descriptor_.async_wait(async::asio::posix::descriptor_base::wait_read, take);
}

void signal_queue::take_all() {
  ::signalfd_siginfo one{};
  while (::read(descriptor_.native_handle(), &one, sizeof one) == ssize_t{sizeof one}) {
    act_(static_cast<int>(one.ssi_signo));
  }
}

}  // namespace latchkey::programs
