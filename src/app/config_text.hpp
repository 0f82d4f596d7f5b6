// Small conversions between values and the text of a configuration. Not for keys or positions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

// A TOML basic string, with everything but printable ASCII and UTF-8 letters escaped.
std::string toml_string(std::string_view text);

// What could control a terminal as TOML escapes it, U+0080 to U+009F included; the rest as it is.
std::string without_controls(std::string_view text);

// A TOML string for messages: cut where it is long.
std::string shown_string(std::string_view text);

// A key as it is written in a file: bare where it can be, else as a string.
std::string toml_key(std::string_view name);

// "250ms", "5s", "10m", "24h": digits and one unit. Nothing for anything else and on overflow.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that divides it, so that what is printed is what people write.
std::string duration_text(std::chrono::milliseconds value);

// How many characters must be put in, left out, changed or swapped with the next to make one of the
// other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`, if it is near enough to be a slip of the hand; empty otherwise.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// "; did you mean X?", or nothing where `suggestion` is empty.
std::string did_you_mean(std::string_view suggestion);

}  // namespace latchkey::app
