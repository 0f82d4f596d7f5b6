// POST /reload of the admin listener: reads the configuration anew. Not for the public listener.
#pragma once

#include <latchkey/app/reload.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/http/router.hpp>

#include <functional>

namespace latchkey::app {

// Called on the admin listener's thread; ends when the configuration is in use, or refused.
using reload_action = std::function<async::task<reload_report>()>;

// 200 with the report where it is taken, 422 where it is not: from this machine only (403), and not
// on behalf of a page in a browser, which names its Origin (403).
http::route reload_route(reload_action reload);

}  // namespace latchkey::app
