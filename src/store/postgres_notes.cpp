#include "postgres_notes.hpp"

#include "columns.hpp"
#include "page_bytes.hpp"

#include <latchkey/store/errc.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::store {
namespace {

#define LATCHKEY_NOTE "id, title, text, created, updated, revision"
#define LATCHKEY_WHICH "issuer = $1 AND subject = $2 AND id = $3"
// With how many there are, up to one more than the page may have, and so much text only.
constexpr postgres_statement list_statement{
    "list_notes",
    "SELECT " LATCHKEY_NOTE
    ", there FROM ("
    "  SELECT *, count(*) OVER () AS there,"
    "    sum(octet_length(text)) OVER (ORDER BY id) - octet_length(text) AS before"
    "  FROM (SELECT " LATCHKEY_NOTE
    "    FROM notes WHERE issuer = $1 AND subject = $2 AND id > $3 ORDER BY id LIMIT $4) AS page"
    ") AS measured WHERE before < $5::bigint ORDER BY id"};
constexpr postgres_statement find_statement{
    "find_note", "SELECT " LATCHKEY_NOTE " FROM notes WHERE " LATCHKEY_WHICH};
constexpr postgres_statement add_statement{
    "add_note",
    "INSERT INTO notes (issuer, subject, id, title, text, created, updated, revision)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr postgres_statement replace_statement{
    "replace_note",
    "UPDATE notes SET title = $4, text = $5, updated = $6, revision = $7 WHERE " LATCHKEY_WHICH
    " AND ($8::bigint[] IS NULL OR revision = ANY ($8::bigint[]))"
    " AND revision <> ALL ($9::bigint[]) RETURNING " LATCHKEY_NOTE};
constexpr postgres_statement remove_statement{
    "remove_note", "DELETE FROM notes WHERE " LATCHKEY_WHICH
                   " AND ($4::bigint[] IS NULL OR revision = ANY ($4::bigint[]))"
                   " AND revision <> ALL ($5::bigint[]) RETURNING id"};
#undef LATCHKEY_NOTE
#undef LATCHKEY_WHICH

note note_of(const postgres_rows& rows, int at) {
  return {rows.text(at, 0),
          {rows.text(at, 1), rows.text(at, 2)},
          time_of(rows.number(at, 3)),
          time_of(rows.number(at, 4)),
          revision_of(rows.number(at, 5))};
}

template <class Value>
std::string column_text(Value value) {
  return std::to_string(column_of(value));
}

// As PostgreSQL writes an array.
std::string array_of(const std::vector<std::uint64_t>& revisions) {
  std::string text = "{";
  for (const auto one : revisions) text += (text.size() > 1 ? "," : "") + column_text(one);
  return text + '}';
}

std::optional<std::string> only_of(const condition& when) {
  if (!when.only) return std::nullopt;
  return array_of(*when.only);
}

// Why a change has found no note to change.
async::task<core::error_code> why_none(postgres_connection& on, owner whose, std::string id,
                                       core::deadline until) {
  const auto found = co_await find_note(on, std::move(whose), std::move(id), until);
  co_return found.has_error() ? found.error() : make_error_code(errc::changed);
}

}  // namespace

async::task<core::result<note_page>> list_notes(postgres_connection& on, owner whose,
                                                std::string after, std::size_t limit,
                                                core::deadline until) {
  // One more tells whether there are more.
  postgres_values values{std::move(whose.issuer), std::move(whose.subject), std::move(after),
                         std::to_string(limit + 1), std::to_string(page_bytes)};
  const auto rows = co_await on.run_prepared(list_statement, std::move(values), until);
  if (rows.has_error()) co_return rows.error();
  note_page page;
  const int given = std::min(rows->size(), static_cast<int>(limit));
  page.more = given > 0 && rows->number(0, 6) > given;
  for (int i = 0; i < given; ++i) page.notes.push_back(note_of(*rows, i));
  co_return page;
}

async::task<core::result<note>> find_note(postgres_connection& on, owner whose, std::string id,
                                          core::deadline until) {
  postgres_values values{std::move(whose.issuer), std::move(whose.subject), std::move(id)};
  const auto rows = co_await on.run_prepared(find_statement, std::move(values), until);
  if (rows.has_error()) co_return rows.error();
  if (rows->size() == 0) co_return errc::not_found;
  co_return note_of(*rows, 0);
}

async::task<core::error_code> add_note(postgres_connection& on, owner whose, note made,
                                       core::deadline until) {
  postgres_values values{std::move(whose.issuer),      std::move(whose.subject),
                         std::move(made.id),           std::move(made.content.title),
                         std::move(made.content.text), column_text(made.created),
                         column_text(made.updated),    column_text(made.revision)};
  const auto rows = co_await on.run_prepared(add_statement, std::move(values), until);
  co_return rows.has_error() ? rows.error() : core::error_code{};
}

async::task<core::result<note>> replace_note(postgres_connection& on, owner whose, std::string id,
                                             note_change to, condition when, core::deadline until) {
  postgres_values values{whose.issuer,
                         whose.subject,
                         id,
                         std::move(to.content.title),
                         std::move(to.content.text),
                         column_text(to.now),
                         column_text(to.revision),
                         only_of(when),
                         array_of(when.except)};
  const auto rows = co_await on.run_prepared(replace_statement, std::move(values), until);
  if (rows.has_error()) co_return rows.error();
  if (rows->size() != 0) co_return note_of(*rows, 0);
  co_return co_await why_none(on, std::move(whose), std::move(id), until);
}

async::task<core::error_code> remove_note(postgres_connection& on, owner whose, std::string id,
                                          condition when, core::deadline until) {
  postgres_values values{whose.issuer, whose.subject, id, only_of(when), array_of(when.except)};
  const auto rows = co_await on.run_prepared(remove_statement, std::move(values), until);
  if (rows.has_error()) co_return rows.error();
  if (rows->size() != 0) co_return core::error_code{};
  co_return co_await why_none(on, std::move(whose), std::move(id), until);
}

}  // namespace latchkey::store
