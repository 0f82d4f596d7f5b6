// Has the frames of the project's coroutines take their memory from core::block_cache. Asio itself
// keeps two of them a thread, lets go of one for each that does not fit, and keeps none above 1,020
// bytes, so that most frames of a request would be asked of malloc. Included by async/task, which
// is before the first coroutine; not for other includes.
#pragma once

#include <latchkey/core/block_cache.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <coroutine>
#include <cstddef>
#include <utility>

namespace latchkey::async {

using frame_executor = boost::asio::io_context::executor_type;

template <class T>
using asio_frame = boost::asio::detail::awaitable_frame<T, frame_executor>;

template <class T>
struct frame;

// What a coroutine waits for, which has to know the promise of who waits.
template <class T>
struct awaited : boost::asio::awaitable<T, frame_executor> {
  using base = boost::asio::awaitable<T, frame_executor>;
  explicit awaited(base what) : base{std::move(what)} {}

  template <class Waits>
  void await_suspend(std::coroutine_handle<frame<Waits>> who) {
    base::await_suspend(std::coroutine_handle<asio_frame<Waits>>::from_promise(who.promise()));
  }
};

// Asio's promise with functions for the memory of its frame. It adds no member, so that Asio finds
// the frame from the promise it knows.
template <class T>
struct frame : asio_frame<T> {
  static void* operator new(std::size_t size) { return core::block_cache::take(size); }
  static void operator delete(void* block, std::size_t size) {
    core::block_cache::give_back(block, size);
  }

  using asio_frame<T>::await_transform;
  template <class Of>
  auto await_transform(boost::asio::awaitable<Of, frame_executor> what) const {
    return awaited<Of>{asio_frame<T>::await_transform(std::move(what))};
  }
};

}  // namespace latchkey::async

// Asio's own is for every executor. Coroutines of this type in files of another program that do not
// include this keep to Asio's promise: either kind makes and destroys its frames its own way.
template <class T, class... Arguments>
struct std::coroutine_traits<boost::asio::awaitable<T, latchkey::async::frame_executor>,
                             Arguments...> {
  using promise_type = latchkey::async::frame<T>;
  static_assert(sizeof(promise_type) == sizeof(latchkey::async::asio_frame<T>) &&
                alignof(promise_type) == alignof(latchkey::async::asio_frame<T>));
};
