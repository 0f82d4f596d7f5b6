// Notes in an SQLite database: its schema with its versions, and the five calls as statements.
// Blocks; lives on one thread at a time. Not for threads: sqlite_store.
#pragma once

#include "sqlite_database.hpp"

#include <latchkey/store/note_store.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace latchkey::store {

// The version that this program makes; one that is newer is refused.
constexpr int schema_version = 1;
// "latk": so that no other program's database is taken for one of notes.
constexpr std::uint32_t sqlite_application = 0x6c61746b;

class sqlite_notes {
 public:
  // Opens the database, for the writer with its schema made or brought up to date. Where it fails,
  // the text says why.
  static boost::system::result<sqlite_notes, std::string> open(const sqlite_options& how);

  core::result<note_page> list(const owner& whose, const std::string& after, std::size_t limit);
  core::result<note> find(const owner& whose, const std::string& id);
  // Within a transaction of the caller's: errors leave it as it is, unless SQLite has ended it.
  core::error_code add(const owner& whose, const note& made);
  core::result<note> replace(const owner& whose, const std::string& id, const note_change& to,
                             const condition& when);
  core::error_code remove(const owner& whose, const std::string& id, const condition& when);

  sqlite_database& database() { return database_; }

 private:
  explicit sqlite_notes(sqlite_database opened) : database_{std::move(opened)} {}
  bool prepare(bool writes);

  sqlite_database database_;
  sqlite_statement list_;
  sqlite_statement find_;
  sqlite_statement add_;
  sqlite_statement replace_;
  sqlite_statement remove_;
};

}  // namespace latchkey::store
