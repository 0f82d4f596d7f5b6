// One thread's share of the load: its connections, in closed or open loop, and what they measured.
// Not for deciding when a run ends early, nor for adding up workers.
#pragma once

#include "load/connection.hpp"
#include "run/tally.hpp"
#include "run/workload.hpp"

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::bench::run {

// When things happen, the same for all workers.
struct timetable {
  core::steady_time start;    // of sending
  core::steady_time measure;  // from here on requests count
  core::steady_time end;      // none is due from here on
  core::steady_time last;     // no answer is awaited beyond
  core::steady_duration step;
};

struct worker_options {
  unsigned index = 0;  // of `of` workers
  unsigned of = 1;
  unsigned connections = 1;
  std::optional<double> rate;             // of all workers together
  std::optional<std::uint64_t> requests;  // of this worker
  core::steady_duration ramp{};
  core::steady_duration timeout{};
  bool keepalive = true;
};

// What a worker knows when it is over.
struct worker_end {
  core::steady_time last_answer;
  double cpu_seconds = 0;  // of its thread, while it measured
  double wall_seconds = 0;
  std::string tls_version;
  std::string cipher;
};

// Called on the worker's thread.
struct load_worker_callbacks {
  // All connections are there, or have failed; the reason of the last failure, else empty.
  std::function<void(std::size_t open, std::string why)> ready;
  // A step of the time axis is over.
  std::function<void(std::size_t step, tally)> step;
  std::function<void(worker_end)> over;
};

// Lives on its own io_context, which the thread that calls run() runs. The functions it is given
// are called on that thread.
class load_worker {
 public:
  // `what` outlives it.
  load_worker(worker_options options, const workload& what, std::vector<load::target> origins,
              load_worker_callbacks callbacks);
  ~load_worker();
  load_worker(const load_worker&) = delete;
  load_worker& operator=(const load_worker&) = delete;

  // Connects, waits for begin(), sends until the end. Returns when it is over.
  void run();

  // Any thread may call these.
  void begin(timetable when);
  void stop();  // now: what is under way is given up and does not count
  void change(std::size_t kind, std::shared_ptr<const std::vector<std::string>> tokens);

 private:
  struct slot;
  async::task<> live();
  async::task<> connect_all();
  async::task<> connect_in_turn(core::deadline until, std::size_t& next, std::size_t& open,
                                std::string& why);
  async::task<> await_begin();
  async::task<> closed(slot& over);
  async::task<> open(slot& over);
  // Sends the next request, which should have been sent at `intended`. False where it failed.
  async::task<bool> send(slot& over, core::steady_time intended, bool waited);
  async::task<> tick();
  async::task<> pause(slot& over, core::steady_time until);
  // The same, to within microseconds where requests are far enough apart to be waited for awake.
  async::task<> pause_exactly(slot& over, core::steady_time until);
  void settle(const composer::request_choice& request_choice, const load::answer& got,
              core::steady_time intended, core::steady_time sent, core::steady_time now);
  core::deadline deadline_of(core::steady_time begun) const;
  void note_connection(load::connection& over);
  void note_renewals(const load::connection& over, std::uint64_t ended, std::uint64_t repeated);
  bool counts(core::steady_time intended) const { return intended >= when_.measure; }
  bool finished(core::steady_time now) const;
  void hand_over();

  worker_options options_;
  const workload& what_;
  std::vector<load::target> origins_;
  load_worker_callbacks callbacks_;
  boost::asio::io_context context_{1};
  async::socket_waits waits_;
  async::timer begin_;
  async::timer ticker_;
  std::vector<std::unique_ptr<slot>> slots_;
  composer compose_;
  timetable when_{};
  bool begun_ = false;
  bool stopped_ = false;
  std::uint64_t number_ = 0;  // of the next request of an open loop
  std::uint64_t taken_ = 0;   // requests that count
  std::size_t step_ = 0;
  tally counted_;
  worker_end end_;
};

}  // namespace latchkey::bench::run
