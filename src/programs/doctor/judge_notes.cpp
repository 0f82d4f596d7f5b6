#include "judge_notes.hpp"

#include "store/newer_schema.hpp"
#include "store/postgres_notes.hpp"
#include "store/sqlite_notes.hpp"

#include <latchkey/core/file.hpp>

namespace latchkey::doctor {
namespace {

finding bad(const std::string& found, const std::string& advice) {
  return fault("notes", "notes.store", found, advice);
}

finding fine(const std::string& found) {
  return good("notes", "notes.store", found);
}

const char* const another_file = "name another file in notes.store; this one is left as it is";

// Where SQLite would begin a new database.
finding judge_new(const seen_sqlite& seen, const char* is) {
  if (seen.logged == 0) return fine(seen.file + ' ' + is + ": it is made with the first start");
  return bad(
      seen.file + ' ' + is + ", and beside it is the log (-wal) of a database that was there",
      "put that database back, or remove its log, where what it holds may be lost");
}

std::string connection_advice(const seen_postgres& seen) {
  if (seen.got == reached_store::nothing) {
    return "correct the host in notes.store, or have the name server of this machine know it";
  }
  return "look whether the database runs there and lets this user in from here (pg_hba.conf), and "
         "at user, password and name of the database in notes.store";
}

}  // namespace

std::optional<sqlite_head> read_sqlite_head(std::string_view bytes) {
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  if (bytes.size() < sqlite_head_bytes || !bytes.starts_with(magic)) return std::nullopt;
  const auto number = [bytes](std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (const char one : bytes.substr(at, size)) {
      value = value << 8U | static_cast<unsigned char>(one);
    }
    return value;
  };
  // Behind the file's header stands that of the page with the schema: a leaf without cells is an
  // empty one.
  constexpr char leaf = 0x0D;
  return sqlite_head{number(68, 4), number(60, 4), bytes[100] != leaf || number(103, 2) != 0};
}

finding judge_sqlite(const seen_sqlite& seen) {
  if (seen.error == boost::system::errc::no_such_file_or_directory) {
    return judge_new(seen, "is not there");
  }
  if (seen.error) {
    return bad(seen.file + ' ' + core::fault_of_file(seen.error),
               "have the user of the server own that file (chown), or name another one");
  }
  if (seen.head.empty()) return judge_new(seen, "is empty");
  const auto head = read_sqlite_head(seen.head);
  if (!head) return bad(seen.file + " is no SQLite database", another_file);
  const bool untouched = head->application == 0 && head->version == 0;
  if (untouched && seen.logged > 0) {
    return fine(seen.file + " is new; what it holds is still in its log (-wal)");
  }
  if (untouched && !head->has_schema) {
    return fine(seen.file + " has nothing in it: its tables are made with the first start");
  }
  if (head->application != store::sqlite_application) {
    return bad(seen.file + " is the database of another program", another_file);
  }
  if (head->version > store::schema_version) {
    return bad(seen.file + ' ' + store::newer_schema(head->version, store::schema_version),
               "run the version of the program that has used it, or a later one");
  }
  return fine(seen.file + " is a database of notes, schema version " +
              std::to_string(head->version));
}

finding judge_postgres(const seen_postgres& seen) {
  if (seen.got < reached_store::connection) {
    return bad("no connection to " + seen.store + ": " + seen.fault, connection_advice(seen));
  }
  if (seen.got < reached_store::schema) {
    constexpr std::string_view not_allowed = "42501";
    return bad(seen.store + " answers, but not what is asked: " + seen.fault,
               seen.sql_state == not_allowed
                   ? "GRANT SELECT, INSERT, UPDATE, DELETE on the tables notes and schema_version "
                     "to the user of notes.store"
                   : "look at the log of the database");
  }
  if (seen.encoding != "UTF8" && seen.encoding != "SQL_ASCII") {
    return bad(seen.store + " has the encoding " + seen.encoding + ", expected UTF8",
               "make a database for the notes with ENCODING 'UTF8'");
  }
  if (seen.version && *seen.version > store::postgres_schema_version) {
    return bad(
        seen.store + ' ' + store::newer_schema(*seen.version, store::postgres_schema_version),
        "run the version of the program that has used it, or a later one");
  }
  if (seen.read_only) {
    return bad(seen.store + " can be read only",
               "name the primary in notes.store, not a standby (target_session_attrs=read-write "
               "chooses it), and look at default_transaction_read_only");
  }
  if (!seen.version) {
    if (seen.allowed) return fine(seen.store + ": its tables are made with the first start");
    return bad(seen.store + " has no tables of notes, and this user may not make them",
               "GRANT CREATE ON SCHEMA public to the user of notes.store, or have one who may make "
               "them start the server once");
  }
  if (!seen.allowed) {
    return bad("this user may not read and change the notes of " + seen.store,
               "GRANT SELECT, INSERT, UPDATE, DELETE ON notes to the user of notes.store");
  }
  return fine(seen.store + ", schema version " + std::to_string(*seen.version));
}

}  // namespace latchkey::doctor
