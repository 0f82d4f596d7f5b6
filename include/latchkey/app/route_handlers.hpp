// The handlers that a route of the configuration may name, a row each. Routes, the configuration,
// its schema and the documentation read it. Not for what the handlers answer.
#pragma once

#include <latchkey/http/handler.hpp>

#include <span>
#include <string_view>

namespace latchkey::app {

struct route_handler {
  std::string_view name;  // as the key `handler` has it
  std::string_view doc;   // what it answers, in Markdown
  async::task<http::response> (*run)(http::context& ctx);
};

// All of them; the rows have static storage.
std::span<const route_handler> route_handlers();

// Null where none has that name.
const route_handler* find_route_handler(std::string_view name);

}  // namespace latchkey::app
