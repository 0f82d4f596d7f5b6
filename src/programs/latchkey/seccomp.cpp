#include "seccomp.hpp"

#include <linux/audit.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <sched.h>
#include <unistd.h>

namespace latchkey::programs {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t this_arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t this_arch = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t this_arch = 0;
#endif

// clang-format off: by what they are for
// The calls of every request come first: where the system does not remember what a filter says, it
// runs the filter from the top.
constexpr std::uint32_t allowed[] = {
#ifdef __NR_epoll_wait
    __NR_epoll_wait,
#endif
    __NR_read, __NR_write, __NR_futex, __NR_epoll_pwait, __NR_epoll_ctl, __NR_recvmsg,
    __NR_sendmsg, __NR_accept4, __NR_accept, __NR_close, __NR_clock_gettime, __NR_timerfd_settime,
    // Files and descriptors.
    __NR_readv, __NR_writev, __NR_pread64, __NR_pwrite64, __NR_fstat, __NR_lseek, __NR_openat,
    __NR_fcntl, __NR_flock, __NR_fsync, __NR_fdatasync, __NR_ftruncate, __NR_getdents64,
    __NR_getcwd, __NR_readlinkat, __NR_unlinkat, __NR_renameat2, __NR_faccessat, __NR_statx,
    __NR_dup, __NR_dup3, __NR_pipe2, __NR_statfs, __NR_fstatfs, __NR_fadvise64,
#ifdef __NR_newfstatat
    __NR_newfstatat,
#endif
#ifdef __NR_renameat
    __NR_renameat,
#endif
#ifdef __NR_open
    __NR_open, __NR_stat, __NR_lstat, __NR_access, __NR_readlink, __NR_rename, __NR_unlink,
    __NR_pipe, __NR_dup2, __NR_poll, __NR_select, __NR_time, __NR_epoll_create, __NR_arch_prctl,
#endif
#ifdef __NR_faccessat2
    __NR_faccessat2,
#endif
#ifdef __NR_close_range
    __NR_close_range,
#endif
    // Waiting.
    __NR_ppoll, __NR_pselect6, __NR_epoll_create1, __NR_eventfd2, __NR_timerfd_create,
    __NR_timerfd_gettime, __NR_signalfd4, __NR_nanosleep, __NR_clock_nanosleep,
    __NR_restart_syscall,
#ifdef __NR_epoll_pwait2
    __NR_epoll_pwait2,
#endif
    // The network.
    __NR_socketpair, __NR_connect, __NR_sendto, __NR_recvfrom, __NR_sendmmsg, __NR_recvmmsg,
    __NR_shutdown, __NR_bind, __NR_listen, __NR_getsockname, __NR_getpeername, __NR_setsockopt,
    __NR_getsockopt,
    // Memory.
    __NR_munmap, __NR_mremap, __NR_madvise, __NR_brk, __NR_membarrier, __NR_mincore,
    // Threads, signals, time, and what the process is.
    __NR_exit, __NR_exit_group, __NR_set_robust_list, __NR_get_robust_list, __NR_set_tid_address,
    __NR_sched_yield, __NR_sched_getaffinity, __NR_sched_setaffinity, __NR_sched_getparam,
    __NR_sched_getscheduler, __NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn,
    __NR_rt_sigpending, __NR_rt_sigtimedwait, __NR_sigaltstack, __NR_clock_getres,
    __NR_gettimeofday, __NR_getpid, __NR_gettid, __NR_getppid, __NR_getuid, __NR_geteuid,
    __NR_getgid, __NR_getegid, __NR_getpgid, __NR_getsid, __NR_uname, __NR_getrlimit,
    __NR_setrlimit, __NR_getrusage, __NR_sysinfo, __NR_getrandom, __NR_getcpu, __NR_times,
#ifdef __NR_rseq
    __NR_rseq,
#endif
};

// Refused in so many words. What is in neither list is unknown.
constexpr std::uint32_t refused[] = {
    __NR_execve, __NR_execveat, __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev,
    __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_setns, __NR_unshare,
    __NR_init_module, __NR_finit_module, __NR_delete_module, __NR_kexec_load, __NR_bpf,
    __NR_perf_event_open, __NR_keyctl, __NR_add_key, __NR_request_key, __NR_reboot, __NR_swapon,
    __NR_swapoff, __NR_settimeofday, __NR_clock_settime, __NR_adjtimex, __NR_clock_adjtime,
    __NR_sethostname, __NR_setdomainname, __NR_setuid, __NR_setgid, __NR_setreuid, __NR_setregid,
    __NR_setresuid, __NR_setresgid, __NR_setfsuid, __NR_setfsgid, __NR_setgroups, __NR_capset,
    __NR_personality, __NR_memfd_create, __NR_fchmod, __NR_fchmodat, __NR_fchown, __NR_fchownat,
    __NR_mknodat, __NR_mkdirat, __NR_linkat, __NR_symlinkat, __NR_name_to_handle_at,
    __NR_open_by_handle_at, __NR_pidfd_send_signal, __NR_io_uring_setup, __NR_seccomp,
#ifdef __NR_fork
    __NR_fork, __NR_vfork, __NR_chmod, __NR_chown, __NR_lchown, __NR_mknod, __NR_mkdir, __NR_rmdir,
    __NR_link, __NR_symlink, __NR_creat,
#endif
};

// clang-format on

// What writes a filter. Each rule is a block that ends in an answer, so that the number of the call
// is still loaded where the next begins.
class writer {
 public:
  void number() { load(offsetof(::seccomp_data, nr)); }
  // Answers `action` where the loaded value is this one.
  void answer(std::uint32_t value, std::uint32_t action) {
    jump(BPF_JEQ, value, 0, 1);
    give(action);
  }
  // The rest of the block is for this call alone, and has so many steps.
  void only_for(std::uint32_t call, std::uint8_t steps) { jump(BPF_JEQ, call, 0, steps); }
  // The lower half of an argument: the upper ones of those that are looked at mean nothing.
  void argument(std::size_t index) {
    load(offsetof(::seccomp_data, args) + index * sizeof(std::uint64_t));
  }
  void load(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset));
  }
  void mask(std::uint32_t bits) { add(BPF_ALU | BPF_AND | BPF_K, 0, 0, bits); }
  void give(std::uint32_t action) { add(BPF_RET | BPF_K, 0, 0, action); }
  void jump(std::uint16_t how, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    add(static_cast<std::uint16_t>(BPF_JMP | how | BPF_K), yes, no, value);
  }
  std::vector<::sock_filter> take() { return std::move(made_); }

 private:
  void add(std::uint16_t code, std::uint8_t yes, std::uint8_t no, std::uint32_t value) {
    made_.push_back({code, yes, no, value});
  }

  std::vector<::sock_filter> made_;
};

constexpr std::uint32_t error(int number) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(number);
}

// The call, where its argument is one of `values`; else an error.
void allow_with(writer& to, std::uint32_t call, std::size_t index,
                std::initializer_list<std::uint32_t> values, int otherwise) {
  to.only_for(call, static_cast<std::uint8_t>(2 * values.size() + 2));
  to.argument(index);
  for (const auto one : values) to.answer(one, SECCOMP_RET_ALLOW);
  to.give(error(otherwise));
}

// The call, unless all of these bits of its argument are set.
void allow_without(writer& to, std::uint32_t call, std::size_t index, std::uint32_t bits) {
  to.only_for(call, 5);
  to.argument(index);
  to.mask(bits);
  to.answer(bits, error(EPERM));
  to.give(SECCOMP_RET_ALLOW);
}

void write_arguments(writer& to, std::uint32_t self) {
  constexpr std::uint32_t set_vma = 0x53564d41;  // PR_SET_VMA, newer than the headers may be
  // Memory is never both written and run.
  allow_without(to, __NR_mmap, 2, PROT_WRITE | PROT_EXEC);
  allow_without(to, __NR_mprotect, 2, PROT_EXEC);
  allow_without(to, __NR_pkey_mprotect, 2, PROT_EXEC);
  allow_with(to, __NR_socket, 0, {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}, EAFNOSUPPORT);
  allow_with(to, __NR_ioctl, 1, {FIONBIO, FIONREAD, TCGETS, TIOCGWINSZ}, ENOTTY);
  allow_with(to, __NR_prctl, 0, {PR_SET_NAME, PR_GET_NAME, set_vma}, EPERM);
  allow_with(to, __NR_tgkill, 0, {self}, EPERM);
  allow_with(to, __NR_kill, 0, {self}, EPERM);
  allow_with(to, __NR_prlimit64, 0, {0, self}, EPERM);
  // A thread of this process, and no process. Where the flags are in memory they cannot be seen:
  // the C library then takes the older call.
  to.only_for(__NR_clone, 5);
  to.argument(0);
  to.mask(CLONE_THREAD);
  to.answer(CLONE_THREAD, SECCOMP_RET_ALLOW);
  to.give(error(EPERM));
}

}  // namespace

std::vector<::sock_filter> seccomp_filter(::pid_t self) {
  if (this_arch == 0) return {};
  writer to;
  to.load(offsetof(::seccomp_data, arch));
  // Numbers of another processor's calls mean others here.
  to.jump(BPF_JEQ, this_arch, 1, 0);
  to.give(SECCOMP_RET_KILL_PROCESS);
  to.number();
#if defined(__x86_64__)
  constexpr std::uint32_t x32_bit = 0x40000000;
  to.jump(BPF_JGE, x32_bit, 0, 1);
  to.give(SECCOMP_RET_KILL_PROCESS);
#endif
  for (const auto one : allowed) to.answer(one, SECCOMP_RET_ALLOW);
  write_arguments(to, static_cast<std::uint32_t>(self));
  for (const auto one : refused) to.answer(one, error(EPERM));
  to.give(error(ENOSYS));
  return to.take();
}

bool has_seccomp() {
  const std::uint32_t action = SECCOMP_RET_ERRNO;
  return !seccomp_filter(::getpid()).empty() &&
         ::syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

core::error_code restrict_system_calls() {
  const auto last_error = [] { return core::error_code{errno, boost::system::system_category()}; };
  auto filter = seccomp_filter(::getpid());
  if (filter.empty()) return {ENOSYS, boost::system::system_category()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return last_error();
  ::sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  const auto done =
      ::syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (done < 0) return last_error();
  // The number of a thread that cannot be brought along.
  if (done > 0) return {EBUSY, boost::system::system_category()};
  return {};
}

}  // namespace latchkey::programs
