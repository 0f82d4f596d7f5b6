#include "config_check_notes.hpp"

#include "config_text.hpp"

#include <latchkey/app/route_handlers.hpp>

#include <iterator>
#include <string>

namespace latchkey::app {
namespace {

void check_route(const config& value, const route_config& route, const std::string& table,
                 report& problems) {
  const auto* handler = find_route_handler(route.handler);
  if (handler == nullptr || handler->kind == handler_kind::plain) return;
  if (value.notes.store.empty() && !problems.blames("notes.store")) {
    problems.add_found(table + ".handler",
                       "found " + shown_string(route.handler) +
                           " without notes.store; expected one there, like \"sqlite:notes.db\"");
  }
  if (route.is_public) {
    problems.add_found(table + ".public", "found true with the handler " +
                                              shown_string(route.handler) +
                                              ", whose notes are those of whoever the token names");
  }
  if (handler->kind == handler_kind::stored_note && !route.path.empty() &&
      route.path.find("{id}") == route.path.npos) {
    problems.add_found(table + ".path", "found " + shown_string(route.path) +
                                            " without the parameter {id} that the handler " +
                                            shown_string(route.handler) + " needs");
  }
}

// Beside the database its journals are made and removed, and a sandbox opens no folder that
// everybody uses.
void check_sandbox(const config& value, report& problems) {
  const auto path = store::sqlite_path(value.notes.store);
  const auto mode = value.server.sandbox;
  if (!path || mode == sandbox_mode::off || mode == sandbox_mode::seccomp) return;
  const auto folder = path->lexically_normal().parent_path();
  if (folder != "/dev" && std::distance(folder.begin(), folder.end()) > 2) return;
  problems.add_found("notes.store",
                     "found " + shown_string(value.notes.store) + ", whose folder is " +
                         folder.string() +
                         "; with server.sandbox the database needs a folder that is "
                         "not at the top of the file system, like /var/lib/latchkey");
}

}  // namespace

void check_notes(const config& value, report& problems) {
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    check_route(value, value.routes[i], "route." + std::to_string(i), problems);
  }
  check_sandbox(value, problems);
}

}  // namespace latchkey::app
