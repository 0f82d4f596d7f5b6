// Tells when the sockets of one thread can be read or written. Each is registered with the system
// once; a wait costs no system call, where Asio's own wait registers the socket anew. Not for
// reading and writing: who does that says when there was nothing left.
#pragma once

#include <latchkey/async/task.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace latchkey::async {

// Lives on one executor, like all its entries. It keeps the context busy while it has entries.
class readiness {
  using resume = asio::async_result<asio::use_awaitable_t<executor>, void()>::handler_type;
  using hook = boost::intrusive::list_member_hook<
      boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

 public:
  enum class direction : std::uint8_t { read, write };

  // Who waits for something to read, and whom no coroutine's frames hold meanwhile.
  class sleeper {
   public:
    // Called once, from the event loop, where a wait would end. May destroy the entry.
    virtual void wake() = 0;
    // In the place of that where the readiness ends: nobody else has it, and it has to destroy
    // itself.
    virtual void abandon() = 0;

   protected:
    ~sleeper() = default;
  };

  // A socket: owned, and closed at the end.
  class entry {
   public:
    // `descriptor` does not block. Throws boost::system::system_error where the system cannot watch
    // it; it is closed then, too. `owner` need not outlive the entry, but what waits then is
    // destroyed with `owner`.
    entry(readiness& owner, int descriptor);
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry();

    // -1 once it is closed.
    int descriptor() const { return descriptor_; }

    // Whether a read (a write) may get something done.
    bool is_ready(direction what) const { return may_[index(what)]; }
    // Until it is ready again, cancel(), or close(): to be called where it is not ready, and not
    // once it is closed. May end early. One wait for whoever reads and one for whoever writes can
    // be under way, each for any direction, as TLS needs it: `who` says which of them this is. A
    // second wait of the same throws std::logic_error; the first one goes on.
    task<> wait(direction what, direction who);
    task<> wait(direction what) { return wait(what, what); }

    // In the place of a wait to read, where no other wait is under way: `who` is woken as that
    // would end, and must live until then.
    void sleep(sleeper& who) { sleeper_ = &who; }

    bool is_waiting(direction who) const {
      return waiting_[index(who)] || (who == direction::read && sleeper_ != nullptr);
    }

    // The peer has ended its side, or the connection is gone, closed here among others; bytes it
    // sent before may still be there to read.
    bool peer_closed() const { return peer_closed_; }
    // Called once, from the event loop, as soon as peer_closed() is true, and if it is already;
    // replaces the one before. It must not destroy the entry.
    void on_peer_closed(std::function<void()> call);

    // The system said that there is nothing to read (no room to write) now.
    void clear_ready(direction what) { may_[index(what)] = false; }
    // A read got less than it asked for: nothing is left, unless the peer has ended its side, which
    // a read has still to tell, or a mark of urgent data stands between.
    void on_short_read() { may_[index(direction::read)] = more_may_follow_; }

    // What who waits looks at first when it goes on, beside the entry and what stands behind it: of
    // many that are ready at once it is on its way to the processor's cache while others have their
    // turn. It need not live that long; null: nothing.
    void touches_next(const void* object) { touched_next_ = object; }

    // Resumes the waiters later, from the event loop; never inline. Allocates nothing.
    void cancel();
    // Closes the descriptor, and resumes the waiters as cancel() does.
    void close();

   private:
    friend class readiness;
    static std::size_t index(direction what) { return static_cast<std::size_t>(what); }
    void note(std::uint32_t events);
    bool is_awaited() const { return waiting_[0] || waiting_[1] || sleeper_ != nullptr; }
    bool is_wanted() const { return is_awaited() || (peer_closed_ && on_peer_closed_); }
    void wake();
    std::optional<resume> take(std::size_t at);
    void resume_waiters();

    readiness* owner_;
    int descriptor_;
    bool more_may_follow_ = false;
    bool cancelled_ = false;
    bool peer_closed_ = false;
    std::array<bool, 2> may_{true, true};
    // By who waits: the direction waited for, and how to go on.
    std::array<direction, 2> wanted_{};
    std::array<std::optional<resume>, 2> waiting_;
    sleeper* sleeper_ = nullptr;
    hook among_woken_;
    // Up to here it is what every look at it touches, side by side.
    const void* touched_next_ = nullptr;
    std::function<void()> on_peer_closed_;
    hook among_all_;
  };

  // Throws boost::system::system_error where there are no two descriptors left for it.
  explicit readiness(executor where);
  readiness(const readiness&) = delete;
  readiness& operator=(const readiness&) = delete;
  // Destroys what still waits.
  ~readiness();

 private:
  template <hook entry::* Hook>
  using entries = boost::intrusive::list<entry, boost::intrusive::member_hook<entry, hook, Hook>,
                                         boost::intrusive::constant_time_size<false>>;

  // Closes what it holds.
  class owned {
   public:
    explicit owned(int descriptor) : descriptor_{descriptor} {}
    owned(const owned&) = delete;
    owned& operator=(const owned&) = delete;
    ~owned();
    int get() const { return descriptor_; }

   private:
    int descriptor_;
  };

  void watch(int descriptor, entry* whose);
  void add(entry& one);
  void remove(entry& one);
  void arm();
  void look();

  asio::posix::basic_stream_descriptor<executor> set_;
  // Written to where a look is wanted though no socket has changed.
  owned wakeup_fd_;
  entries<&entry::among_all_> all_;
  entries<&entry::among_woken_> woken_;
  // The number of the wait for the whole set that is under way, 0 if there is none. Shared with the
  // waits, since the end of one that is too late may find nothing else.
  std::shared_ptr<std::uint64_t> armed_ = std::make_shared<std::uint64_t>(0);
  std::uint64_t last_ = 0;
};

}  // namespace latchkey::async
