// Tasks that a piece of work has begun beside itself, on its own executor, and that end before it
// does. Not across threads.
#pragma once

#include <latchkey/async/task.hpp>

#include <functional>
#include <list>
#include <memory>

namespace latchkey::async {

class task_scope {
 public:
  explicit task_scope(executor where) : where_{where} {}
  task_scope(const task_scope&) = delete;
  task_scope& operator=(const task_scope&) = delete;

  // Begins `work`. `stop` is called once by join(), if the work has not ended by then, and must
  // make it end soon; it may be empty. What the work throws is dropped: it tells nobody.
  void spawn(task<> work, std::function<void()> stop);

  bool empty() const { return !state_ || state_->running.empty(); }

  // Tells what still runs to stop, and waits until all of it has ended.
  task<> join();

 private:
  // Shared with the tasks: where the executor ends first, they are destroyed in any order.
  struct state {
    explicit state(executor where) : ended{where} {}
    std::list<std::function<void()>> running;
    timer ended;
  };
  using place = std::list<std::function<void()>>::iterator;

  static task<> run(task<> work, std::shared_ptr<state> shared, place mine);

  executor where_;
  std::shared_ptr<state> state_;
};

}  // namespace latchkey::async
