// A note as a store keeps it, and whose it is. Not for its form in JSON: note_json, note_body.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace latchkey::store {

// Subjects are unique within their issuer only (OpenID Connect Core section 2), so that one without
// the other is nobody. Neither is empty; neither has a NUL.
struct owner {
  std::string issuer;
  std::string subject;

  bool operator==(const owner&) const = default;
};

// UTF-8 without NUL.
struct note_content {
  std::string title;
  std::string text;

  bool operator==(const note_content&) const = default;
};

struct note {
  std::string id;  // as note_id makes it
  note_content content;
  // To the microsecond.
  core::wall_time created;
  core::wall_time updated;
  // Another one after each change; by chance, so that a database that was set back to an earlier
  // state does not give one out twice.
  std::uint64_t revision = 0;

  bool operator==(const note&) const = default;
};

// In the order of their ids.
struct note_page {
  std::vector<note> notes;
  bool more = false;  // there are notes behind the last
};

}  // namespace latchkey::store
