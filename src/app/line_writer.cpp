#include <latchkey/app/line_writer.hpp>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

namespace latchkey::app {
namespace {

// What comes within that time leaves together, unless it is so much, or somebody waits for it.
constexpr std::chrono::milliseconds gathering{5};
constexpr std::size_t much = 64 * 1024;

}  // namespace

// Shared with the thread, which is left behind where its reader never takes what it writes.
struct line_writer::state {
  int descriptor;
  std::size_t bound;
  std::function<std::string(std::size_t)> lost;

  std::mutex mutex;  // guards what follows; never held while writing
  std::condition_variable changed;
  std::string waiting;
  std::size_t dropped = 0;
  bool writing = false;
  bool resting = false;  // the thread has nothing to write, and must be woken for a line
  bool hurry = false;    // somebody waits in flush()
  bool ending = false;

  // Not the descriptor's fault if nobody listens any more: the lines are gone then.
  void put(const std::string& bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto size = ::write(descriptor, bytes.data() + done, bytes.size() - done);
      if (size < 0 && errno != EINTR) return;
      if (size > 0) done += static_cast<std::size_t>(size);
    }
  }

  void run() {
    std::unique_lock lock{mutex};
    for (;;) {
      resting = true;
      changed.wait(lock, [this] { return ending || !waiting.empty(); });
      resting = false;
      if (waiting.empty()) return;
      // A thread that is woken for each line costs those that write lines more than the lines do.
      changed.wait_for(lock, gathering,
                       [this] { return ending || hurry || waiting.size() >= much; });
      auto bytes = std::exchange(waiting, {});
      if (const auto count = std::exchange(dropped, 0); count != 0) bytes += lost(count) + "\n";
      writing = true;
      lock.unlock();
      put(bytes);
      lock.lock();
      writing = false;
      if (waiting.empty()) hurry = false;
      changed.notify_all();
    }
  }
};

line_writer::line_writer(int descriptor, std::size_t bound,
                         std::function<std::string(std::size_t)> lost)
    : state_{std::make_shared<state>()} {
  state_->descriptor = descriptor;
  state_->bound = bound;
  state_->lost = std::move(lost);
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

void line_writer::write(const std::string& line) {
  bool wake = false;
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->waiting.size() + line.size() >= state_->bound) {
      ++state_->dropped;
      return;
    }
    const auto before = state_->waiting.size();
    state_->waiting.append(line).push_back('\n');
    const auto after = state_->waiting.size();
    wake = (before == 0 && state_->resting) || (before < much && after >= much);
  }
  if (wake) state_->changed.notify_all();
}

bool line_writer::flush(std::chrono::milliseconds patience) {
  std::unique_lock lock{state_->mutex};
  state_->hurry = true;
  state_->changed.notify_all();
  return state_->changed.wait_for(lock, patience,
                                  [this] { return state_->waiting.empty() && !state_->writing; });
}

}  // namespace latchkey::app
