#include "sqlite_notes.hpp"

#include "columns.hpp"
#include "newer_schema.hpp"
#include "page_bytes.hpp"

#include <latchkey/store/errc.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace latchkey::store {
namespace {

// From the version of its index to the next. What has been released is not changed.
constexpr const char* migrations[] = {
    "CREATE TABLE notes ("
    "  issuer TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  id TEXT NOT NULL,"
    "  title TEXT NOT NULL,"
    "  text TEXT NOT NULL,"
    "  created INTEGER NOT NULL,"  // microseconds since 1970
    "  updated INTEGER NOT NULL,"
    "  revision INTEGER NOT NULL,"
    "  PRIMARY KEY (issuer, subject, id)"
    ") WITHOUT ROWID;"
    "PRAGMA application_id=1818326123;"
    "PRAGMA user_version=1;",
};
static_assert(std::size(migrations) == schema_version);

// Ends a transaction that has not been ended.
struct rollback_at_end {
  sqlite_database& of;
  ~rollback_at_end() {
    if (of.in_transaction()) of.run("ROLLBACK");
  }
};

// Empty where the schema is that of this program now.
std::string migrate(sqlite_database& in) {
  // Of two processes that begin at the same time one waits here for the other.
  if (in.run("BEGIN IMMEDIATE")) return in.fault();
  const rollback_at_end ending{in};
  const auto version = in.number("PRAGMA user_version");
  const auto program = in.number("PRAGMA application_id");
  const auto tables = in.number("SELECT count(*) FROM sqlite_schema");
  if (!version || !program || !tables) return in.fault();
  const bool is_new = *version == 0 && *program == 0 && *tables == 0;
  if (!is_new && (*program != sqlite_application || *version < 0)) {
    return "is the database of another program";
  }
  if (*version > schema_version) {
    return newer_schema(*version, schema_version) + ": a newer one has used it";
  }
  for (auto at = *version; at < schema_version; ++at) {
    if (in.run(migrations[at])) return in.fault();
  }
  return in.run("COMMIT") ? in.fault() : std::string{};
}

// Names of files that were made are on the disk when their folder is.
void sync_folder(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  ::fsync(opened);
  ::close(opened);
}

struct reset_at_end {
  sqlite_statement& of;
  ~reset_at_end() { of.reset(); }
};

note note_of(const sqlite_statement& row) {
  return {row.text(0),
          {row.text(1), row.text(2)},
          time_of(row.number(3)),
          time_of(row.number(4)),
          revision_of(row.number(5))};
}

}  // namespace

boost::system::result<sqlite_notes, std::string> sqlite_notes::open(const sqlite_options& how) {
  auto opened = sqlite_database::open(how);
  if (!opened) return opened.error();
  sqlite_notes made{std::move(*opened)};
  if (!how.reads_only) {
    if (auto fault = migrate(made.database_); !fault.empty()) return fault;
    sync_folder(how.file);
  }
  if (!made.prepare(!how.reads_only)) return made.database_.fault();
  return made;
}

bool sqlite_notes::prepare(bool writes) {
  const auto set = [this](sqlite_statement& to, std::string_view sql) {
    auto prepared = sqlite_statement::prepare(database_, sql);
    if (!prepared) return false;
    to = std::move(*prepared);
    return true;
  };
  const bool reads = set(list_,
                         "SELECT id, title, text, created, updated, revision FROM notes"
                         " WHERE issuer = ?1 AND subject = ?2 AND id > ?3 ORDER BY id LIMIT ?4") &&
                     set(find_,
                         "SELECT id, title, text, created, updated, revision FROM notes"
                         " WHERE issuer = ?1 AND subject = ?2 AND id = ?3");
  if (!reads || !writes) return reads;
  return set(add_,
             "INSERT INTO notes (issuer, subject, id, title, text, created, updated, revision)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)") &&
         set(replace_,
             "UPDATE notes SET title = ?4, text = ?5, updated = ?6, revision = ?7"
             " WHERE issuer = ?1 AND subject = ?2 AND id = ?3") &&
         set(remove_, "DELETE FROM notes WHERE issuer = ?1 AND subject = ?2 AND id = ?3");
}

core::result<note_page> sqlite_notes::list(const owner& whose, const std::string& after,
                                           std::size_t limit) {
  const reset_at_end ending{list_};
  list_.bind(1, whose.issuer).bind(2, whose.subject).bind(3, after);
  // One more tells whether there are more.
  list_.bind(4, static_cast<std::int64_t>(limit + 1));
  note_page page;
  int code = list_.step();
  std::size_t bytes = 0;
  for (; code == SQLITE_ROW && page.notes.size() < limit && bytes < page_bytes;
       code = list_.step()) {
    page.notes.push_back(note_of(list_));
    bytes += page.notes.back().content.text.size();
  }
  page.more = code == SQLITE_ROW;
  if (const auto error = error_of_sqlite(code)) return error;
  return page;
}

core::result<note> sqlite_notes::find(const owner& whose, const std::string& id) {
  const reset_at_end ending{find_};
  const int code = find_.bind(1, whose.issuer).bind(2, whose.subject).bind(3, id).step();
  if (code == SQLITE_ROW) return note_of(find_);
  if (code == SQLITE_DONE) return errc::not_found;
  return error_of_sqlite(code);
}

core::error_code sqlite_notes::add(const owner& whose, const note& made) {
  const reset_at_end ending{add_};
  add_.bind(1, whose.issuer).bind(2, whose.subject).bind(3, made.id);
  add_.bind(4, made.content.title).bind(5, made.content.text);
  add_.bind(6, column_of(made.created)).bind(7, column_of(made.updated));
  return error_of_sqlite(add_.bind(8, column_of(made.revision)).step());
}

core::result<note> sqlite_notes::replace(const owner& whose, const std::string& id,
                                         const note_change& to, const condition& when) {
  auto found = find(whose, id);
  if (!found) return found;
  if (!when.holds(found->revision)) return errc::changed;
  found->content = to.content;
  found->updated = to.now;
  found->revision = to.revision;
  const reset_at_end ending{replace_};
  replace_.bind(1, whose.issuer).bind(2, whose.subject).bind(3, id);
  replace_.bind(4, to.content.title).bind(5, to.content.text);
  replace_.bind(6, column_of(to.now)).bind(7, column_of(to.revision));
  if (const auto error = error_of_sqlite(replace_.step())) return error;
  return found;
}

core::error_code sqlite_notes::remove(const owner& whose, const std::string& id,
                                      const condition& when) {
  const auto found = find(whose, id);
  if (!found) return found.error();
  if (!when.holds(found->revision)) return errc::changed;
  const reset_at_end ending{remove_};
  return error_of_sqlite(remove_.bind(1, whose.issuer).bind(2, whose.subject).bind(3, id).step());
}

}  // namespace latchkey::store
