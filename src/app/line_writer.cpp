#include <latchkey/app/line_writer.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <unistd.h>
#include <utility>

namespace latchkey::app {
namespace {

// What comes within that time leaves together, unless it is so much, or somebody waits for it.
constexpr std::chrono::milliseconds batching_delay{5};
constexpr std::size_t much = 64 * 1024;

constexpr std::size_t usual = 16 * 1024;

// The largest of the last values, of one round at least and two at most.
class recent_peak {
 public:
  void add(std::size_t value) {
    present_ = std::max(present_, value);
    if (++count_ < round) return;
    before_ = std::exchange(present_, 0);
    count_ = 0;
  }
  std::size_t get() const { return std::max(before_, present_); }

 private:
  static constexpr std::size_t round = 256;

  std::size_t before_ = 0;
  std::size_t present_ = 0;
  std::size_t count_ = 0;
};

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

// Shared with the thread, which is left behind where its reader never takes what it writes.
struct line_writer::state {
  std::unique_ptr<line_target> target;
  settings how;
  bool levels = false;
  std::atomic<std::uint64_t> no_room = 0;
  std::atomic<std::uint64_t> failed = 0;

  std::mutex mutex;  // guards what follows; never held while writing
  std::condition_variable changed;
  std::string waiting;
  std::uint64_t untold = 0;  // lost lines of which no line tells yet
  bool writing = false;
  bool resting = false;  // the thread has nothing to write, and must be woken for a line
  bool hurry = false;    // somebody waits in flush()
  bool reopening = false;
  bool ending = false;

  // Of the thread alone.
  std::string batch;
  recent_peak sizes;  // of batches
  std::optional<std::chrono::steady_clock::time_point> complained;

  void complain(const std::string& what) {
    constexpr std::chrono::minutes pause{1};
    const auto now = std::chrono::steady_clock::now();
    if (complained && now - *complained < pause) return;
    complained = now;
    if (how.complain) how.complain(what);
  }

  // How many of the lost lines have been told of, and how many more there are.
  struct put_result {
    std::uint64_t told = 0;
    std::uint64_t lost = 0;
  };

  put_result put(std::uint64_t told) {
    const auto own_lines = batch.size();
    if (told != 0) batch.append(how.lost(told)).push_back('\n');
    const auto got = target->put(batch);
    if (!got.error) return {told, 0};
    complain("cannot write to " + target->name() + ": " + got.error.message() +
             "; lines of the log are lost, and counted");
    const auto rest = std::string_view{batch}.substr(0, own_lines);
    return {0, lines_in(rest.substr(std::min(got.written, own_lines)))};
  }

  void open_anew() {
    if (const auto error = target->reopen()) {
      complain("cannot open " + target->name() + " anew: " + error.message() +
               "; the old one stays in use");
    }
  }

  void run() {
    std::unique_lock lock{mutex};
    for (;;) {
      resting = true;
      changed.wait(lock, [this] { return ending || reopening || !waiting.empty(); });
      resting = false;
      if (std::exchange(reopening, false)) {
        write_batch(lock, true);
        continue;
      }
      if (waiting.empty()) return;
      // A thread that is woken for each line costs those that write lines more than the lines do.
      changed.wait_for(lock, batching_delay,
                       [this] { return ending || hurry || reopening || waiting.size() >= much; });
      write_batch(lock, false);
    }
  }

  // What was written before a file is opened anew belongs to the old one.
  void write_batch(std::unique_lock<std::mutex>& lock, bool then_reopen) {
    batch.swap(waiting);
    const auto telling = batch.empty() ? 0 : untold;
    writing = true;
    lock.unlock();
    const auto result = batch.empty() ? put_result{} : put(telling);
    if (then_reopen) open_anew();
    failed += result.lost;
    sizes.add(batch.size());
    batch.clear();
    // Of both strings in turn: they are swapped for each other.
    if (batch.capacity() > std::max(usual, 2 * sizes.get())) batch.shrink_to_fit();
    lock.lock();
    untold += result.lost;
    untold -= result.told;
    writing = false;
    if (waiting.empty()) hurry = false;
    changed.notify_all();
  }
};

line_writer::line_writer(std::unique_ptr<line_target> target, settings how)
    : state_{std::make_shared<state>()} {
  state_->target = std::move(target);
  state_->how = std::move(how);
  state_->levels = state_->target->takes_levels();
  // Signals are for the threads that expect them.
  ::sigset_t all;
  ::sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread{[held = state_] { held->run(); }}.detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

line_writer::~line_writer() {
  flush(std::chrono::seconds{1});
  const std::lock_guard lock{state_->mutex};
  state_->ending = true;
  state_->changed.notify_all();
}

void line_writer::write(std::string_view line, char level) {
  bool wake = false;
  {
    const std::lock_guard lock{state_->mutex};
    auto& waiting = state_->waiting;
    if (waiting.size() + line.size() >= state_->how.bound) {
      ++state_->untold;
      ++state_->no_room;
      return;
    }
    const auto before = waiting.size();
    if (state_->levels) waiting.push_back(level);
    waiting.append(line).push_back('\n');
    const auto after = waiting.size();
    wake = (before == 0 && state_->resting) || (before < much && after >= much);
  }
  if (wake) state_->changed.notify_all();
}

bool line_writer::flush(std::chrono::milliseconds patience) {
  std::unique_lock lock{state_->mutex};
  state_->hurry = true;
  state_->changed.notify_all();
  return state_->changed.wait_for(lock, patience, [this] {
    return state_->waiting.empty() && !state_->writing && !state_->reopening;
  });
}

void line_writer::reopen() {
  const std::lock_guard lock{state_->mutex};
  state_->reopening = true;
  state_->changed.notify_all();
}

lost_lines line_writer::lost() const {
  return {state_->no_room, state_->failed};
}

void complain_on_stderr(const std::string& what) {
  const auto line = "latchkey: " + what + '\n';
  // Whether anybody reads it cannot be told to anybody.
  [[maybe_unused]] const auto size = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace latchkey::app
