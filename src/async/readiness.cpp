#include <latchkey/async/readiness.hpp>

#include <boost/system/system_error.hpp>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <unistd.h>
#include <utility>
#include <vector>

namespace latchkey::async {
namespace {

constexpr std::size_t at_once = 128;

// Lines of the processor's cache of an object, its first ones, are on their way from here on.
void fetch_ahead(const void* object, std::size_t lines) {
  constexpr std::size_t line = 64;
  const auto* const bytes = static_cast<const char*>(object);
  for (std::size_t i = 0; i < lines; ++i) __builtin_prefetch(bytes + i * line);
}

// Of an entry itself, and of the object it is a part of behind it.
constexpr std::size_t entry_lines = 2;
constexpr std::size_t owner_lines = 6;
constexpr std::size_t next_lines = 3;

int sound(int outcome, const char* what) {
  if (outcome < 0) {
    throw boost::system::system_error{{errno, boost::system::system_category()}, what};
  }
  return outcome;
}

}  // namespace

readiness::owned::~owned() {
  ::close(descriptor_);
}

readiness::entry::entry(readiness& owner, int descriptor)
    : owner_{&owner}, descriptor_{descriptor} {
  try {
    owner.add(*this);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

readiness::entry::~entry() {
  close();
  if (owner_ != nullptr) owner_->remove(*this);
}

// Not a coroutine: there is nothing to do once it has ended.
task<> readiness::entry::wait(direction what, direction who) {
  auto& waiting = waiting_[index(who)];
  // The first coroutine would be destroyed where it waits.
  if (waiting) throw std::logic_error{"two waits of one reader or writer of a socket"};
  wanted_[index(who)] = what;
  const auto keep = [place = &waiting](resume then) { place->emplace(std::move(then)); };
  return asio::async_initiate<decltype(use_task), void()>(keep, use_task);
}

std::optional<readiness::resume> readiness::entry::take(std::size_t at) {
  auto taken = std::move(waiting_[at]);
  waiting_[at].reset();
  return taken;
}

void readiness::entry::cancel() {
  if (owner_ == nullptr || !is_awaited()) return;
  cancelled_ = true;
  wake();
}

void readiness::entry::on_peer_closed(std::function<void()> call) {
  on_peer_closed_ = std::move(call);
  if (owner_ != nullptr && peer_closed_ && on_peer_closed_) wake();
}

// Has the event loop look after it.
void readiness::entry::wake() {
  if (!among_woken_.is_linked()) owner_->woken_.push_back(*this);
  const std::uint64_t one = 1;
  // Fails only where it has been written 2^64 times.
  [[maybe_unused]] const auto written = ::write(owner_->wakeup_fd_.get(), &one, sizeof one);
}

void readiness::entry::close() {
  if (descriptor_ < 0) return;
  // Closing alone would leave it watched where a child process has the descriptor, too.
  if (owner_ != nullptr) {
    ::epoll_ctl(owner_->set_.native_handle(), EPOLL_CTL_DEL, descriptor_, nullptr);
  }
  ::close(std::exchange(descriptor_, -1));
  peer_closed_ = true;
  if (owner_ != nullptr && on_peer_closed_) wake();
  cancel();
}

void readiness::entry::note(std::uint32_t events) {
  constexpr std::uint32_t over = EPOLLERR | EPOLLHUP;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLPRI)) != 0) more_may_follow_ = true;
  if ((events & (EPOLLRDHUP | over)) != 0) peer_closed_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLPRI | over)) != 0) may_[index(direction::read)] = true;
  if ((events & (EPOLLOUT | over)) != 0) may_[index(direction::write)] = true;
}

// The entry may be gone when this returns, or even between the two.
void readiness::entry::resume_waiters() {
  const bool all = std::exchange(cancelled_, false);
  auto reader = all || is_ready(wanted_[0]) ? take(0) : std::nullopt;
  auto writer = all || is_ready(wanted_[1]) ? take(1) : std::nullopt;
  auto* const asleep =
      all || is_ready(direction::read) ? std::exchange(sleeper_, nullptr) : nullptr;
  if (peer_closed_ && on_peer_closed_) std::exchange(on_peer_closed_, nullptr)();
  if (reader) std::move (*reader)();
  if (writer) std::move (*writer)();
  if (asleep != nullptr) asleep->wake();
}

readiness::readiness(executor where)
    : set_{where}, wakeup_fd_{sound(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")} {
  const int set = sound(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  boost::system::error_code error;
  set_.assign(set, error);
  if (error) {
    ::close(set);
    throw boost::system::system_error{error, "epoll"};
  }
  watch(wakeup_fd_.get(), nullptr);
}

readiness::~readiness() {
  *armed_ = 0;
  // A frame that waits may own its entry: the frames are let go after the list, not within it.
  std::vector<resume> waiting;
  std::vector<sleeper*> asleep;
  while (!all_.empty()) {
    auto& one = all_.front();
    all_.pop_front();
    one.owner_ = nullptr;
    for (std::size_t i = 0; i < one.waiting_.size(); ++i) {
      if (auto then = one.take(i)) waiting.push_back(std::move(*then));
    }
    if (one.sleeper_ != nullptr) asleep.push_back(std::exchange(one.sleeper_, nullptr));
  }
  for (auto* const one : asleep) one->abandon();
}

// All directions and every edge at once, so that nothing is ever changed.
void readiness::watch(int descriptor, entry* whose) {
  ::epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
  wanted.data.ptr = whose;
  sound(::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &wanted), "epoll_ctl");
}

void readiness::add(entry& one) {
  if (*armed_ == 0) arm();
  watch(one.descriptor_, &one);
  all_.push_back(one);
}

void readiness::remove(entry& one) {
  one.among_all_.unlink();
  one.among_woken_.unlink();
  if (!all_.empty() || *armed_ == 0) return;
  *armed_ = 0;
  boost::system::error_code ignored;
  set_.cancel(ignored);
}

void readiness::arm() {
  const auto number = ++last_;
  const auto looked = [this, number, armed = armed_](const boost::system::error_code& error) {
    // `this` may be gone.
    if (error || *armed != number) return;
    *armed = 0;
    look();
    if (!all_.empty() && *armed == 0) arm();
  };
  set_.async_wait(asio::posix::descriptor_base::wait_read, looked);
  *armed_ = number;
}

void readiness::look() {
  std::array<::epoll_event, at_once> events;
  const int found = ::epoll_wait(set_.native_handle(), events.data(), at_once, 0);
  const auto count = static_cast<std::size_t>(std::max(found, 0));
  // With thousands of connections none of them is in the processor's cache: the waits for memory
  // of all that are ready pass beside one another, not one after the other.
  for (std::size_t i = 0; i < count; ++i) fetch_ahead(events[i].data.ptr, entry_lines);
  for (std::size_t i = 0; i < count; ++i) {
    auto* const one = static_cast<entry*>(events[i].data.ptr);
    if (one == nullptr) continue;
    one->note(events[i].events);
    if (one->is_wanted() && !one->among_woken_.is_linked()) woken_.push_back(*one);
  }
  // Whoever goes on may end others: those leave the list by themselves.
  while (!woken_.empty()) {
    auto& one = woken_.front();
    woken_.pop_front();
    if (!woken_.empty()) {
      const auto& next = woken_.front();
      fetch_ahead(&next, owner_lines);
      fetch_ahead(next.touched_next_, next_lines);
    }
    one.resume_waiters();
  }
}

}  // namespace latchkey::async
