#include <latchkey/async/readiness.hpp>

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>
#include <vector>

namespace latchkey::async {
namespace {

constexpr std::size_t at_once = 128;

[[noreturn]] void fail(const char* what) {
  throw boost::system::system_error{{errno, boost::system::system_category()}, what};
}

int new_set() {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) fail("epoll_create1");
  return made;
}

}  // namespace

readiness::entry::entry(readiness& owner, int descriptor)
    : owner_{&owner}, home_{owner.set_.get_executor()}, descriptor_{descriptor} {
  try {
    owner.add(*this);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

readiness::entry::~entry() {
  if (descriptor_ < 0) return;
  if (owner_ != nullptr) owner_->remove(*this);
  ::close(descriptor_);
}

// Not a coroutine: there is nothing to do once it has ended.
task<> readiness::entry::wait(direction what) {
  const auto keep = [place = &waiting_[index(what)]](resume then) {
    place->emplace(std::move(then));
  };
  return asio::async_initiate<decltype(use_task), void()>(keep, use_task);
}

std::optional<readiness::resume> readiness::entry::take(std::size_t at) {
  auto taken = std::move(waiting_[at]);
  waiting_[at].reset();
  return taken;
}

void readiness::entry::cancel() {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (auto then = take(i)) asio::post(home_, std::move(*then));
  }
}

void readiness::entry::close() {
  if (descriptor_ < 0) return;
  if (owner_ != nullptr) owner_->remove(*this);
  ::close(std::exchange(descriptor_, -1));
  cancel();
}

void readiness::entry::note(std::uint32_t events) {
  constexpr std::uint32_t over = EPOLLERR | EPOLLHUP;
  if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) ended_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | over)) != 0) may_[index(direction::read)] = true;
  if ((events & (EPOLLOUT | over)) != 0) may_[index(direction::write)] = true;
}

bool readiness::entry::is_awaited() const {
  return (waiting_[0] && may_[0]) || (waiting_[1] && may_[1]);
}

// The entry may be gone when this returns, or even between the two.
void readiness::entry::go_on() {
  auto reader = may_[0] ? take(0) : std::nullopt;
  auto writer = may_[1] ? take(1) : std::nullopt;
  if (reader) std::move (*reader)();
  if (writer) std::move (*writer)();
}

readiness::readiness(executor where) : set_{where, new_set()} {}

readiness::~readiness() {
  *armed_ = 0;
  // A frame that waits may own its entry: the frames are let go after the list, not within it.
  std::vector<resume> waiting;
  while (!all_.empty()) {
    auto& one = all_.front();
    all_.pop_front();
    one.owner_ = nullptr;
    for (std::size_t i = 0; i < one.waiting_.size(); ++i) {
      if (auto then = one.take(i)) waiting.push_back(std::move(*then));
    }
  }
}

void readiness::add(entry& one) {
  // Both directions and every edge at once, so that nothing is ever changed.
  ::epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.ptr = &one;
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, one.descriptor_, &wanted) != 0) {
    fail("epoll_ctl");
  }
  all_.push_back(one);
  if (*armed_ == 0) arm();
}

void readiness::remove(entry& one) {
  // Closing alone would leave it watched where a child process has the descriptor, too.
  ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, one.descriptor_, nullptr);
  one.among_all_.unlink();
  one.among_woken_.unlink();
  if (!all_.empty() || *armed_ == 0) return;
  *armed_ = 0;
  boost::system::error_code ignored;
  set_.cancel(ignored);
}

void readiness::arm() {
  const auto number = *armed_ = ++last_;
  const auto looked = [this, number, armed = armed_](const boost::system::error_code& error) {
    // `this` may be gone.
    if (error || *armed != number) return;
    *armed = 0;
    look();
    if (!all_.empty() && *armed == 0) arm();
  };
  set_.async_wait(asio::posix::descriptor_base::wait_read, looked);
}

void readiness::look() {
  std::array<::epoll_event, at_once> events;
  const int count = ::epoll_wait(set_.native_handle(), events.data(), at_once, 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
    auto& one = *static_cast<entry*>(events[i].data.ptr);
    one.note(events[i].events);
    if (one.is_awaited()) woken_.push_back(one);
  }
  // Whoever goes on may end others: those leave the list by themselves.
  while (!woken_.empty()) {
    auto& one = woken_.front();
    woken_.pop_front();
    one.go_on();
  }
}

}  // namespace latchkey::async
