// Runs a check in a process of its own, for what cannot be taken back. Not where threads run.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <unistd.h>

namespace latchkey::programs {

// What the check gives, from 0 to 254; 255 where it threw or was ended by a signal.
template <class Check>
int in_child(Check check) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    try {
      ::_exit(check());
    } catch (...) {
      ::_exit(255);
    }
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

}  // namespace latchkey::programs
