// A fetch whose answers a test lets out by hand, or has given at once. Safe with threads. Not for
// testing HTTP: nothing is sent.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/async/waiters.hpp>
#include <latchkey/auth/key_source.hpp>
#include <latchkey/http/fetch.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::support {

class gated_fetch {
 public:
  using outcome = core::result<http::fetched>;

  // What a provider answers that has this document.
  static outcome ok(std::string body, std::string cache_control = {}) {
    http::fetched answer;
    answer.status = 200;
    answer.body = std::move(body);
    answer.cache_control = std::move(cache_control);
    answer.content_type = "application/json";
    return answer;
  }
  // The same with an entity tag.
  static outcome tagged(std::string body, std::string etag, std::string cache_control = {}) {
    auto answer = ok(std::move(body), std::move(cache_control));
    answer->etag = std::move(etag);
    return answer;
  }
  static outcome status(unsigned code, std::string retry_after = {}) {
    http::fetched answer;
    answer.status = code;
    answer.retry_after = std::move(retry_after);
    return answer;
  }
  static outcome no_connection() {
    return boost::system::errc::make_error_code(boost::system::errc::connection_refused);
  }

  // The fetch to hand out; it shares this object's state and may outlive it.
  http::fetch fetch() const {
    return [s = state_](http::fetch_request asked, core::deadline until) {
      return state::call(s, std::move(asked), until);
    };
  }
  // The same as the place where an issuer's keys come from.
  auth::key_source source() const {
    return [s = state_](std::string etag, core::deadline until) {
      return state::call(s, {{}, std::move(etag)}, until);
    };
  }

  // Calls from now on are answered at once with what `answer` gives; those that wait already, not.
  void open(std::function<outcome(const std::string& url)> answer) {
    const std::lock_guard lock{state_->mutex};
    state_->at_once = std::move(answer);
  }
  // Calls from now on wait again.
  void shut() { open({}); }

  // How many calls there have been, and how many of them wait for an answer.
  std::size_t calls() const {
    const std::lock_guard lock{state_->mutex};
    return state_->calls;
  }
  std::size_t pending() const {
    const std::lock_guard lock{state_->mutex};
    return state_->waiting.size();
  }
  // The most calls that ever waited or were answered at one time.
  std::size_t max_at_once() const {
    const std::lock_guard lock{state_->mutex};
    return state_->most;
  }
  std::string last_url() const {
    const std::lock_guard lock{state_->mutex};
    return state_->url;
  }
  std::string last_etag() const {
    const std::lock_guard lock{state_->mutex};
    return state_->etag;
  }
  core::deadline last_deadline() const {
    const std::lock_guard lock{state_->mutex};
    return state_->until;
  }

  // Blocks the calling thread until there have been `count` calls in all; false after ten seconds.
  // For tests whose contexts run on other threads.
  bool wait_for_calls(std::size_t count) const {
    std::unique_lock lock{state_->mutex};
    return state_->called.wait_for(lock, std::chrono::seconds{10},
                                   [this, count] { return state_->calls >= count; });
  }

  // Lets out the answer of the call that has waited longest. Throws if none waits.
  void release(outcome answer) {
    std::shared_ptr<async::waiter> gate;
    {
      const std::lock_guard lock{state_->mutex};
      if (state_->waiting.empty()) throw std::logic_error{"no fetch waits for an answer"};
      const auto first = state_->waiting.front();
      state_->waiting.erase(state_->waiting.begin());
      first->answer = std::move(answer);
      gate = first->gate;
    }
    async::waiter::wake(std::move(gate));
  }

 private:
  struct one_call {
    std::shared_ptr<async::waiter> gate;
    std::optional<outcome> answer;
  };

  struct state {
    mutable std::mutex mutex;
    mutable std::condition_variable called;
    std::function<outcome(const std::string&)> at_once;
    std::vector<std::shared_ptr<one_call>> waiting;
    std::size_t calls = 0;
    std::size_t now = 0;
    std::size_t most = 0;
    std::string url;
    std::string etag;
    core::deadline until;

    static async::task<outcome> call(std::shared_ptr<state> self, http::fetch_request asked,
                                     core::deadline until) {
      const auto here = co_await async::asio::this_coro::executor;
      const auto mine = std::make_shared<one_call>();
      const auto gate = std::make_shared<async::waiter>(here);
      mine->gate = gate;
      const bool answered = self->enter(std::move(asked), until, mine);
      const ticket leaving{*self, mine};
      if (answered) co_return *mine->answer;
      // The deadline is a moment of the test's own clock: the test answers, or ends the context.
      co_await gate->wait(core::deadline{});
      const std::lock_guard lock{self->mutex};
      co_return *mine->answer;
    }

    // True if the answer is there at once. Throws what the test's function throws.
    bool enter(http::fetch_request asked, core::deadline by,
               const std::shared_ptr<one_call>& mine) {
      const std::lock_guard lock{mutex};
      ++calls;
      url = std::move(asked.url);
      etag = std::move(asked.if_none_match);
      until = by;
      called.notify_all();
      if (at_once) {
        mine->answer = at_once(url);
      } else {
        waiting.push_back(mine);
      }
      most = std::max(most, ++now);
      return mine->answer.has_value();
    }
  };

  // Takes a call out of the list when its frame ends, also with its context: its timer must not
  // outlive that.
  struct ticket {
    state& of;
    const std::shared_ptr<one_call>& mine;
    ~ticket() {
      const std::lock_guard lock{of.mutex};
      --of.now;
      mine->gate.reset();
      std::erase(of.waiting, mine);
    }
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace latchkey::support
