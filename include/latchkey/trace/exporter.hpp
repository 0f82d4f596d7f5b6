// Takes spans from where they wait and sends them to a collector, in batches, from one task of its
// own: whatever the collector does, nobody waits for it. Lives on one executor; what it makes of
// spans is made on a thread of its own. Not for what is sent (otlp_json), nor for what an answer
// means (export_policy).
#pragma once

#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/trace/export_policy.hpp>
#include <latchkey/trace/otlp_json.hpp>
#include <latchkey/trace/span_store.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace latchkey::trace {

// Sends one body to the collector. Runs on the executor of the coroutine that calls it, and ends by
// the deadline.
using post = std::function<async::task<export_answer>(std::shared_ptr<const std::string> body,
                                                      core::deadline)>;

struct export_settings {
  resource of;
  std::size_t batch = 512;                    // spans sent at once, at most
  std::chrono::milliseconds interval{5'000};  // between two of less
  std::chrono::milliseconds timeout{10'000};  // of one attempt
  trace::post post;                           // not empty
};

// That exporting has begun to fail, or does so no more.
struct export_event {
  export_fault fault = export_fault::none;
  unsigned status = 0;
  std::string error;
};

struct export_counts {
  std::uint64_t exported = 0;
  std::uint64_t failed = 0;                           // sent in vain
  std::uint64_t dropped = 0;                          // never sent: no room, or no time at the end
  std::array<std::uint64_t, export_faults> faults{};  // attempts, by what went wrong
};

class exporter {
 public:
  // `tell` may be empty. `chance` gives numbers from 0 to 1.
  exporter(async::executor home, core::clock clock, std::shared_ptr<span_store> from,
           std::function<void(const export_event&)> tell, std::function<double()> chance);
  exporter(const exporter&) = delete;
  exporter& operator=(const exporter&) = delete;

  // Each of these on the executor, or before it runs.

  // From now on so; null: what waits is dropped.
  void use(std::shared_ptr<const export_settings> with);
  // Begins. Once.
  void start();
  // Sends what waits, each batch once, and calls `done` when that has come to an end, at `until` at
  // the latest. Once; nothing is sent afterwards.
  void finish(core::deadline until, std::function<void()> done);
  export_counts counts() const;
  std::size_t waiting() const { return from_->size(); }

 private:
  async::task<> run();
  async::task<> wait_until_due();
  async::task<> send(std::vector<span> spans);
  async::task<> wait(std::chrono::milliseconds longest);
  void take_note(const export_answer& answer, const export_verdict& verdict);
  void end();

  core::clock clock_;
  std::shared_ptr<span_store> from_;
  std::function<void(const export_event&)> tell_;
  std::function<double()> chance_;
  async::executor home_;
  async::timer pause_;
  async::timer limit_;
  async::background_thread encoder_;
  std::shared_ptr<const export_settings> with_;
  core::steady_time due_{};
  export_counts counts_;
  export_fault standing_ = export_fault::none;
  std::size_t in_hand_ = 0;  // spans that are being sent
  bool started_ = false;
  bool ending_ = false;
  core::deadline ends_at_;
  std::function<void()> done_;
};

}  // namespace latchkey::trace
