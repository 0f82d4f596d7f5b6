// /log of the admin listener: the level of the log, told and changed while the server runs. Not for
// the public listener.
#pragma once

#include <latchkey/app/log.hpp>
#include <latchkey/http/router.hpp>

#include <memory>

namespace latchkey::app {

// GET: {"level":"info","sinks":["stdout"]}. POST /log?level=debug changes the level and answers the
// same: from this machine only (403), and not on behalf of a page in a browser, which names its
// Origin (403); 400 for any other query.
http::route log_route(std::shared_ptr<const log> events);

}  // namespace latchkey::app
