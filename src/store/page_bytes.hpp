// How much text a page of notes may have, however many notes it may have. Not for one note, whose
// text has a bound of its own.
#pragma once

#include <cstddef>

namespace latchkey::store {

// A page ends behind the note whose text reaches it: else a page of the longest notes would be a
// hundred times as much, for each request that is under way.
constexpr std::size_t page_bytes = std::size_t{1024} * 1024;

}  // namespace latchkey::store
