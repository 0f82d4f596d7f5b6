// Deadlines for very many things at the price of one timer a thread: each entry says until when it
// may wait, and a tick looks at all of them. Moving a deadline is a store. Precise to a tick, so
// not for waits that must end on the dot.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <functional>

namespace latchkey::async {

// Lives on one executor, like all its entries.
class watchdog {
 public:
  static constexpr std::chrono::milliseconds tick{50};

  class entry : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    // `on_passed` is called once each time a deadline passes; it must not destroy the entry.
    // `owner` need not outlive the entry.
    entry(watchdog& owner, std::function<void()> on_passed);
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() = default;

    void expires_at(core::deadline until) { until_ = until.at(); }

   private:
    friend class watchdog;
    core::steady_time until_ = core::steady_time::max();
    std::function<void()> on_passed_;
  };

  explicit watchdog(executor where) : timer_{where} {}
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

 private:
  void arm();
  void look(core::steady_time now);

  boost::intrusive::list<entry, boost::intrusive::constant_time_size<false>> entries_;
  timer timer_;
  bool armed_ = false;
};

}  // namespace latchkey::async
