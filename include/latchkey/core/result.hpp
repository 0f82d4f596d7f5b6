// result<T>: what input or the network can cause. Not for start-up faults and bugs, which throw.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace latchkey::core {

using error_code = boost::system::error_code;

template <class T>
using result = boost::system::result<T>;

}  // namespace latchkey::core
