// Where a list goes on: the cursor that a page of notes ends with, and the query that asks for the
// next one. Pure. A cursor names a place in the order, not a note: one that is gone does no harm.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/store/fault.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::store {

// Behind the note of that id, which must be one; base64url.
std::string make_cursor(std::string_view id);

// The id that the list goes on behind; nothing for a text that make_cursor does not write.
std::optional<std::string> read_cursor(std::string_view text);

struct page_query {
  std::size_t limit = 20;
  std::string after = {};  // the id of a note; empty: from the first

  bool operator==(const page_query&) const = default;
};

constexpr std::size_t max_page = 100;

// "limit=50&after=CURSOR", each at most once and nothing else; percent-encoding is decoded once.
// `query` is that of the request's target, without the '?'.
boost::system::result<page_query, faults> read_page_query(std::string_view query);

}  // namespace latchkey::store
