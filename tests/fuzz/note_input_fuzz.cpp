// What clients send for notes: a body, a query with a cursor, entity tags. What is taken is within
// its bounds, and what is written of it is read back as the same; what is refused is told as JSON.
#include <latchkey/jose/json.hpp>
#include <latchkey/store/cursor.hpp>
#include <latchkey/store/entity_tag.hpp>
#include <latchkey/store/note_body.hpp>
#include <latchkey/store/note_id.hpp>
#include <latchkey/store/note_json.hpp>

#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace jose = latchkey::jose;
namespace store = latchkey::store;

namespace {

constexpr jose::json_limits written_limits{
    .bytes = std::size_t{16} << 20U, .values = 1'000'000, .string_bytes = std::size_t{16} << 20U};

void require_told(const store::faults& found) {
  require(!found.empty(), "what is refused says why");
  const auto told = store::problem_json(422, "Unprocessable Entity", "x", found);
  require(jose::parse_json(told, written_limits).has_value(), "a problem is strict JSON");
}

void check_body(std::string_view text) {
  const auto read = store::read_note_body(text);
  if (!read) return require_told(read.error());
  require(!read->title.empty() && read->title.size() <= 4 * store::max_title, "a title has bounds");
  require(read->text.size() <= 4 * store::max_text, "a text has bounds");
  require(read->title.find('\0') == std::string::npos, "no title has a NUL");
  require(read->text.find('\0') == std::string::npos, "no text has a NUL");
  const store::note one{"018bcfe5-687b-7abc-8123-456789abcdef", *read, {}, {}, 1};
  require(jose::parse_json(store::to_json(one), written_limits).has_value(),
          "a note is written as strict JSON");
}

void check_query(std::string_view text) {
  const auto read = store::read_page_query(text);
  if (!read) return require_told(read.error());
  require(read->limit >= 1 && read->limit <= store::max_page, "a page has bounds");
  if (read->after.empty()) return;
  require(store::parse_note_id(read->after).has_value(), "a cursor names an id");
  require(store::read_cursor(store::make_cursor(read->after)) == read->after,
          "a cursor is read as it was written");
}

void check_tags(std::string_view text) {
  store::condition match;
  store::add_if_match(match, text);
  store::condition none;
  store::add_if_none_match(none, text);
  if (!match.only) return;
  for (const auto one : *match.only) {
    require(text.find(store::entity_tag_of(one)) != text.npos, "a revision is one that was sent");
    require(match.holds(one), "a list holds for each of its own");
  }
  for (const auto one : none.except) require(!none.holds(one), "what is excluded does not hold");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_body(text);
  check_query(text);
  check_tags(text);
  if (const auto cursor = store::read_cursor(text)) {
    require(store::make_cursor(*cursor) == text, "no two texts are one cursor");
  }
  return 0;
}
