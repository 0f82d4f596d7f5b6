// Notes that are kept, as an API: lists, and notes by their ids, each with an entity tag. Behind
// authenticate and require_scope. Not for keeping them: store.
#pragma once

#include <latchkey/app/route_handlers.hpp>
#include <latchkey/http/handler.hpp>

namespace latchkey::app {

// GET of all notes of who asks: a page, and in Link where the next one is.
http::handler list_notes(const handler_parts& parts);
// POST to them: 201 with Location.
http::handler create_stored_note(const handler_parts& parts);
// Of one note, by the route's parameter `id`.
http::handler read_stored_note(const handler_parts& parts);
http::handler update_stored_note(const handler_parts& parts);
http::handler delete_stored_note(const handler_parts& parts);

}  // namespace latchkey::app
