// A program that this one starts, the lines it writes, and its end. Not for programs that read, nor
// for those that should outlive this one.
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

// Lives on one executor. To be made by a thread that lives as long as the program should: the
// system ends the child with the thread that started it, however that ends.
class child {
 public:
  using keep_line = std::function<bool(std::string_view)>;

  // Starts it with the arguments and this environment but for variables that begin with LATCHKEY_,
  // in a process group of its own, so that a terminal's Ctrl-C reaches this program alone. Of its
  // lines, of standard output and error alike, those are kept of which `keep` says so (empty: all);
  // the oldest go when there are very many. Throws std::runtime_error where it cannot be started.
  child(async::executor where, const std::filesystem::path& program, std::vector<std::string> args,
        keep_line keep = {});
  // Ends it: SIGTERM, and SIGKILL after a while.
  ~child();
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  // The first kept line, from line `from` on, of which `wanted` says so; nothing if the program
  // ends or the deadline passes first.
  async::task<std::optional<std::string>> line(std::function<bool(std::string_view)> wanted,
                                               core::deadline until, std::size_t from = 0);
  // All kept lines so far.
  const std::deque<std::string>& lines() const;

  // SIGTERM.
  void ask_to_end();
  // The exit status, 128 + the signal for one that was ended by it; nothing if it still runs at the
  // deadline.
  async::task<std::optional<int>> ended(core::deadline until);

  // Of its memory, what is in RAM now. 0 once it has ended.
  std::size_t resident_bytes() const;
  int pid() const { return pid_; }

 private:
  struct reader;
  void end_now();

  int pid_ = -1;
  std::optional<int> status_;
  std::shared_ptr<reader> reader_;
};

}  // namespace latchkey::bench::harness
