#include <latchkey/app/handlers/notes.hpp>
#include <latchkey/app/handlers/scopes.hpp>
#include <latchkey/app/handlers/token.hpp>
#include <latchkey/app/route_handlers.hpp>

#include <algorithm>
#include <array>

namespace latchkey::app {
namespace {

constexpr auto handler_table = std::to_array<route_handler>({
    {"token", "the claims of the token, as the issuer wrote them", show_token},
    {"scopes", "the scopes of the token", show_scopes},
    {"notes.read", "the example's answer to reading a note", read_note},
    {"notes.create", "the example's answer to creating a note", create_note},
});

}  // namespace

std::span<const route_handler> route_handlers() {
  return handler_table;
}

const route_handler* find_route_handler(std::string_view name) {
  const auto* found = std::find_if(handler_table.begin(), handler_table.end(),
                                   [name](const route_handler& one) { return one.name == name; });
  return found == handler_table.end() ? nullptr : found;
}

}  // namespace latchkey::app
