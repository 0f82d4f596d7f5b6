// Entity tags of notes, and the conditions that a request makes of them (RFC 9110 sections 8.8.3
// and 13.1). Pure. Not for reading a note: what a condition says is decided with the change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::store {

// Strong, in its quotes. No two revisions have the same.
std::string entity_tag_of(std::uint64_t revision);

// Under which revision a note may be changed.
struct condition {
  // One of these; nothing: any.
  std::optional<std::vector<std::uint64_t>> only = {};
  // None of these.
  std::vector<std::uint64_t> except = {};

  bool holds(std::uint64_t revision) const;
  bool operator==(const condition&) const = default;
};

// Adds what one If-Match field says. "*" holds for every note that is there; tags that are weak, or
// none of ours, match none (strong comparison), and neither does what is no list of tags.
void add_if_match(condition& to, std::string_view value);

// Adds what one If-None-Match field says for a request that changes something. "*" never holds.
void add_if_none_match(condition& to, std::string_view value);

}  // namespace latchkey::store
