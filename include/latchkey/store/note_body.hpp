// What a client sends for a note: strict JSON, every member of it known and within its bounds.
// Pure. Not for what it is answered with: note_json.
#pragma once

#include <latchkey/store/fault.hpp>
#include <latchkey/store/note.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <string_view>

namespace latchkey::store {

// Characters are code points.
constexpr std::size_t max_title = 200;
constexpr std::size_t max_text = 65'536;
// Bytes of a body: room for the longest text, whatever its letters are.
constexpr std::size_t max_body = std::size_t{512} * 1024;

// An object with `title`, 1 to 200 characters without control characters, and perhaps `text`, at
// most 65,536 characters without U+0000, "" where it is left out. Names stand once, nothing else
// stands there; JSON as jose::parse_json takes it.
boost::system::result<note_content, faults> read_note_body(std::string_view json);

}  // namespace latchkey::store
