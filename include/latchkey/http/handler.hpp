// The two shapes everything between the session and the answer has: handler and middleware. Not for
// errors: a handler always answers.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/http/context.hpp>
#include <latchkey/http/response.hpp>

#include <functional>
#include <vector>

namespace latchkey::http {

// From a request to its answer.
using handler = std::function<async::task<response>(context&)>;

// The same, with the handler that stands behind it. `next` outlives the returned task. A stateful
// middleware is a struct with a call operator whose coroutine takes what it needs from `this`; not
// a capturing lambda that is itself the coroutine: its captures die before the frame does.
using middleware = std::function<async::task<response>(context&, const handler& next)>;

// One handler of many parts; the first in the list sees the request first and the answer last.
// Called with an empty list it is the handler itself.
handler chain(std::vector<middleware> outermost_first, handler last);

}  // namespace latchkey::http
