// A child process, the lines it writes, and its exit status. Not for programs that read from
// standard input, nor for those that should outlive this one.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::harness {

// Lives on one executor. Create it on a thread that lives as long as the child should: the kernel
// kills the child when that thread ends (PR_SET_PDEATHSIG).
class child {
 public:
  using keep_line = std::function<bool(std::string_view)>;

  // Starts it with the arguments and this environment without the variables that begin with
  // LATCHKEY_, in its own process group, so that Ctrl-C reaches this program only. Keeps the lines
  // of standard output and standard error that `keep` accepts (empty: all), at most the latest
  // 100,000. Throws std::runtime_error if it cannot be started.
  child(async::executor where, const std::filesystem::path& program, std::vector<std::string> args,
        keep_line keep = {});
  // Ends it: SIGTERM, and SIGKILL after 3 s.
  ~child();
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  // The first kept line, from line `from` on, that `wanted` accepts; nothing if the program ends or
  // the deadline passes first.
  async::task<std::optional<std::string>> line(std::function<bool(std::string_view)> wanted,
                                               core::deadline until, std::size_t from = 0);
  // All kept lines so far.
  const std::deque<std::string>& lines() const;

  // SIGTERM.
  void ask_to_end();
  // The exit status, 128 + N for an end by signal N; nothing if it still runs at the deadline.
  async::task<std::optional<int>> ended(core::deadline until);

  // Its resident memory now. 0 once it has ended.
  std::size_t resident_bytes() const;
  // Nothing once it has ended.
  std::optional<std::size_t> open_descriptors() const;
  int pid() const { return pid_; }

 private:
  struct reader;
  void end_now();

  int pid_ = -1;
  std::optional<int> status_;
  std::shared_ptr<reader> reader_;
};

}  // namespace latchkey::bench::harness
