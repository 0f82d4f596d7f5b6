// Notes, pages of them, and problems (RFC 9457) as JSON. Pure. Not for reading JSON: note_body.
#pragma once

#include <latchkey/store/fault.hpp>
#include <latchkey/store/note.hpp>

#include <string>
#include <string_view>

namespace latchkey::store {

// {"id", "title", "text", "created", "updated"}; times as RFC 3339 has them, in UTC, to the
// microsecond.
std::string to_json(const note& one);

// {"notes": [...], "next": a cursor, or null at the end}
std::string to_json(const note_page& page);

// {"type": "about:blank", "title", "status", "detail"}, and "errors" where there are some, each
// {"loc": [...], "msg", "type"} as FastAPI has them.
std::string problem_json(unsigned status, std::string_view title, std::string_view detail,
                         const faults& found = {});

}  // namespace latchkey::store
