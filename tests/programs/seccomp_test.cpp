#include "in_child.hpp"

#include <latchkey/seccomp.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace latchkey::programs {
namespace {

constexpr int not_filtered = 254;

// The error of what is done under the filter; 0 where it is allowed.
template <class Act>
int error_of(Act act) {
  return in_child([act] {
    if (restrict_system_calls()) return not_filtered;
    errno = 0;
    return act() < 0 ? errno : 0;
  });
}

class seccomp : public testing::Test {
 protected:
  void SetUp() override {
    if (seccomp_filter(1).empty()) GTEST_SKIP() << "seccomp: not written for this processor";
    if (error_of([] { return 0; }) == not_filtered) GTEST_SKIP() << "seccomp: not to be had here";
  }
};

TEST_F(seccomp, lets_no_process_be_made) {
  EXPECT_EQ(error_of([] { return ::syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0); }), EPERM);
  EXPECT_EQ(error_of([] { return ::fork(); }), EPERM);
#ifdef __NR_fork
  EXPECT_EQ(error_of([] { return ::syscall(__NR_fork); }), EPERM);
  EXPECT_EQ(error_of([] { return ::syscall(__NR_vfork); }), EPERM);
#endif
  EXPECT_EQ(error_of([] { return ::syscall(435 /* clone3 */, nullptr, 0); }), ENOSYS);
}

TEST_F(seccomp, lets_no_program_be_run) {
  char name[] = "/bin/true";
  char* const command[] = {name, nullptr};
  EXPECT_EQ(error_of([&] { return ::execv(name, command); }), EPERM);
  EXPECT_EQ(error_of([&] { return ::syscall(__NR_execveat, AT_FDCWD, name, command, nullptr, 0); }),
            EPERM);
}

TEST_F(seccomp, lets_nobody_else_be_touched) {
  EXPECT_EQ(error_of([] { return ::ptrace(PTRACE_ATTACH, 1, 0, 0); }), EPERM);
  EXPECT_EQ(error_of([] { return ::kill(::getppid(), 0); }), EPERM);
  EXPECT_EQ(error_of([] { return ::kill(::getpid(), 0); }), 0);
  EXPECT_EQ(error_of([] { return ::syscall(__NR_process_vm_readv, 1, 0, 0, 0, 0, 0); }), EPERM);
}

TEST_F(seccomp, lets_the_system_be) {
  EXPECT_EQ(error_of([] { return ::mount("a", "/", "tmpfs", 0, nullptr); }), EPERM);
  EXPECT_EQ(error_of([] { return ::chroot("/"); }), EPERM);
  EXPECT_EQ(error_of([] { return ::syscall(__NR_unshare, 0); }), EPERM);
  EXPECT_EQ(error_of([] { return ::syscall(__NR_bpf, 0, 0, 0); }), EPERM);
  EXPECT_EQ(error_of([] { return ::syscall(__NR_io_uring_setup, 1, nullptr); }), EPERM);
  EXPECT_EQ(error_of([] { return ::setuid(0); }), EPERM);
  EXPECT_EQ(error_of([] { return ::prctl(PR_SET_DUMPABLE, 1); }), EPERM);
  EXPECT_EQ(error_of([] { return ::syscall(1000); }), ENOSYS) << "of a system to come";
}

TEST_F(seccomp, lets_no_memory_be_written_and_run) {
  const auto map = [](int how) {
    return error_of([how] {
      return ::mmap(nullptr, 4096, how, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
    });
  };
  EXPECT_EQ(map(PROT_READ | PROT_WRITE), 0);
  EXPECT_EQ(map(PROT_READ | PROT_EXEC), 0) << "as libraries are loaded";
  EXPECT_EQ(map(PROT_READ | PROT_WRITE | PROT_EXEC), EPERM);
  EXPECT_EQ(error_of([] {
              auto* const page =
                  ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return ::mprotect(page, 4096, PROT_READ | PROT_EXEC);
            }),
            EPERM);
}

TEST_F(seccomp, knows_four_families_of_sockets) {
  const auto open = [](int family) {
    return error_of([family] { return ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0); });
  };
  EXPECT_EQ(open(AF_INET), 0);
  EXPECT_EQ(open(AF_UNIX), 0);
  EXPECT_EQ(open(AF_PACKET), EAFNOSUPPORT);
  EXPECT_EQ(open(40 /* AF_VSOCK */), EAFNOSUPPORT);
}

TEST_F(seccomp, covers_threads_that_run_already_and_lets_further_ones_begin) {
  EXPECT_EQ(in_child([] {
              std::atomic<bool> filtered{false};
              std::atomic<int> refused{0};
              const auto tries = [&] {
                while (!filtered) std::this_thread::yield();
                refused += ::syscall(__NR_unshare, 0) < 0 && errno == EPERM ? 1 : 0;
              };
              std::thread early{tries};
              if (restrict_system_calls()) return not_filtered;
              filtered = true;
              std::thread late{tries};
              early.join();
              late.join();
              return refused.load();
            }),
            2);
}

}  // namespace
}  // namespace latchkey::programs
