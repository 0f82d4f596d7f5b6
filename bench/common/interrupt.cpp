#include "common/interrupt.hpp"

#include <csignal>

namespace latchkey::bench {
namespace {

// Not where it was started to outlive its terminal (nohup).
bool hang_up_counts() {
  struct sigaction now{};
  return ::sigaction(SIGHUP, nullptr, &now) == 0 && now.sa_handler != SIG_IGN;
}

}  // namespace

void hold_interrupts() {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGTERM);
  if (hang_up_counts()) sigaddset(&held, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

bool interrupted() {
  sigset_t waiting;
  sigemptyset(&waiting);
  sigpending(&waiting);
  return sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1 ||
         (hang_up_counts() && sigismember(&waiting, SIGHUP) == 1);
}

}  // namespace latchkey::bench
