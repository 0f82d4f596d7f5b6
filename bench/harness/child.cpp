#include "harness/child.hpp"

#include "harness/process_stats.hpp"

#include <latchkey/core/result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

// The environment, as the C library has it.
extern char** environ;

namespace latchkey::bench::harness {
namespace {

namespace asio = boost::asio;
using descriptor = asio::posix::basic_stream_descriptor<async::executor>;

constexpr std::size_t max_lines = 100'000;
constexpr std::size_t max_line_bytes = 64 * 1024;
constexpr int ended_badly = 127;  // as a shell says it of a program that cannot be run
constexpr std::chrono::milliseconds exit_timeout{3'000};
constexpr std::chrono::milliseconds poll_interval{5};

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error{std::string{what} + ": " + std::strerror(errno)};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment() {
  std::vector<std::string> kept;
  for (char** one = environ; *one != nullptr; ++one) {
    if (!std::string_view{*one}.starts_with("LATCHKEY_")) kept.emplace_back(*one);
  }
  return kept;
}

// What happens between fork and exec, where only calls that are safe in signal handlers may be
// made. posix_spawn cannot ask for the signal at the parent's end.
[[noreturn]] void become(char** args, char** variables, int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(ended_badly);  // it ended before it could be asked for
  ::setpgid(0, 0);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execve(args[0], args, variables);
  ::_exit(ended_badly);
}

int exit_status_of(int raw) {
  return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

// Waits for its end without a thread and without a signal handler.
void wait_for(int pid, std::chrono::milliseconds longest) {
  const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) return;
  ::pollfd ending{handle, POLLIN, 0};
  ::poll(&ending, 1, static_cast<int>(longest.count()));
  ::close(handle);
}

}  // namespace

struct child::reader {
  reader(async::executor where, int pipe, keep_line wanted)
      : from{where, pipe}, keep{std::move(wanted)} {}

  descriptor from;
  keep_line keep;
  std::string rest;
  std::deque<std::string> lines;

  void take(std::string_view piece) {
    rest.append(piece);
    std::size_t begin = 0;
    for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n', begin)) {
      const std::string_view line{rest.data() + begin, end - begin};
      if (!keep || keep(line)) lines.emplace_back(line);
      begin = end + 1;
    }
    rest.erase(0, begin);
    if (rest.size() > max_line_bytes) rest.clear();
    if (lines.size() > max_lines) lines.pop_front();
  }

  static async::task<> run(std::shared_ptr<reader> self) {
    std::array<char, 16 * 1024> piece;
    for (;;) {
      core::error_code error;
      const auto got =
          co_await self->from.async_read_some(asio::buffer(piece), async::use_task_with(error));
      if (error) co_return;
      self->take({piece.data(), got});
    }
  }
};

child::child(async::executor where, const std::filesystem::path& program,
             std::vector<std::string> args, keep_line keep) {
  args.insert(args.begin(), program.string());
  auto variables = environment();
  const auto arg_pointers = pointers_to(args);
  const auto variable_pointers = pointers_to(variables);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("cannot make a pipe");
  reader_ = std::make_shared<reader>(where, pipe[0], std::move(keep));
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    become(const_cast<char**>(arg_pointers.data()), const_cast<char**>(variable_pointers.data()),
           pipe[1], parent);
  }
  ::close(pipe[1]);
  if (pid_ < 0) fail("cannot start a program");
  asio::co_spawn(where, reader::run(reader_), asio::detached);
}

child::~child() {
  end_now();
  core::error_code ignored;
  reader_->from.close(ignored);
}

void child::end_now() {
  if (status_ || pid_ < 0) return;
  int raw = 0;
  if (::waitpid(pid_, &raw, WNOHANG) == 0) {
    ::kill(pid_, SIGTERM);
    wait_for(pid_, exit_timeout);
    if (::waitpid(pid_, &raw, WNOHANG) == 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &raw, 0);
    }
  }
  status_ = exit_status_of(raw);
}

void child::ask_to_end() {
  if (!status_) ::kill(pid_, SIGTERM);
}

async::task<std::optional<int>> child::ended(core::deadline until) {
  async::timer pause{reader_->from.get_executor()};
  while (!status_) {
    int raw = 0;
    if (::waitpid(pid_, &raw, WNOHANG) == pid_) status_ = exit_status_of(raw);
    if (status_ || until.passed(core::steady_time::clock::now())) break;
    pause.expires_after(poll_interval);
    core::error_code ignored;
    co_await pause.async_wait(async::use_task_with(ignored));
  }
  co_return status_;
}

async::task<std::optional<std::string>> child::line(std::function<bool(std::string_view)> wanted,
                                                    core::deadline until, std::size_t from) {
  async::timer pause{reader_->from.get_executor()};
  for (auto at = from;;) {
    for (; at < reader_->lines.size(); ++at) {
      if (wanted(reader_->lines[at])) co_return reader_->lines[at];
    }
    const auto now = core::steady_time::clock::now();
    if (until.passed(now)) co_return std::nullopt;
    const core::deadline at_once{now};
    const bool over = (co_await ended(at_once)).has_value();
    pause.expires_after(poll_interval);
    core::error_code ignored;
    co_await pause.async_wait(async::use_task_with(ignored));
    // One more look after its end, at what it wrote last.
    if (over) until = core::deadline{now}.sooner(until);
  }
}

const std::deque<std::string>& child::lines() const {
  return reader_->lines;
}

std::size_t child::resident_bytes() const {
  const auto one = status_ ? std::nullopt : stat_of(pid_);
  return one ? resident_bytes_of(*one) : 0;
}

std::optional<std::size_t> child::open_descriptors() const {
  return status_ ? std::nullopt : open_descriptors_of(pid_);
}

}  // namespace latchkey::bench::harness
