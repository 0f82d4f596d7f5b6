// Has the frames of Asio's coroutines take their memory from core::block_cache. Asio itself keeps
// two of them a thread, lets go of one for each that does not fit, and keeps none above 1,020
// bytes, so that most frames of a request would be asked of malloc. Included by async/task, which
// is before the first coroutine; not for other includes.
#pragma once

#include <latchkey/core/block_cache.hpp>

#include <boost/asio/detail/config.hpp>
#include <boost/asio/detail/thread_info_base.hpp>

#include <cstddef>

namespace latchkey::async {

// What Asio asks for with them: its functions for memory of this kind are replaced below.
using frame_purpose = boost::asio::detail::thread_info_base::awaitable_frame_tag;

}  // namespace latchkey::async

namespace boost::asio::detail {

// Those that frames are made and destroyed with in Boost 1.81; with a release in which they are
// others this does not compile. The alignment asked for is that of operator new.
template <>
inline void* thread_info_base::allocate(latchkey::async::frame_purpose /*purpose*/,
                                        thread_info_base* /*of*/, std::size_t size,
                                        std::size_t /*align*/) {
  return latchkey::core::block_cache::take(size);
}

template <>
inline void thread_info_base::deallocate(latchkey::async::frame_purpose /*purpose*/,
                                         thread_info_base* /*of*/, void* pointer,
                                         std::size_t size) {
  latchkey::core::block_cache::give_back(pointer, size);
}

}  // namespace boost::asio::detail
