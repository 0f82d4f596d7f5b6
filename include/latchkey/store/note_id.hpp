// Names of notes: UUIDs of version 7 (RFC 9562 section 5.7), whose order is that of their making as
// far as the clocks of the machines go. Pure. Not for keeping notes.
#pragma once

#include <latchkey/core/time.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::store {

using id_bytes = std::array<unsigned char, 16>;

// 36 characters, in lower case. Of the two words 74 bits are used; nobody can guess them.
std::string make_note_id(core::wall_time now, std::uint64_t random_a, std::uint64_t random_b);

// The bytes of a UUID in its one spelling, lower case with four hyphens; nothing for another text.
std::optional<id_bytes> parse_note_id(std::string_view text);

std::string to_text(const id_bytes& id);

}  // namespace latchkey::store
