// Notes in PostgreSQL: the schema with its versions, and the five calls as statements on one
// connection. Not for which connection: postgres_pool.
#pragma once

#include "postgres_connection.hpp"

#include <latchkey/store/note_store.hpp>

#include <string>

namespace latchkey::store {

// The version that this program makes; one that is newer is refused.
constexpr int postgres_schema_version = 1;

// What came of preparing a connection.
struct schema_outcome {
  core::error_code error;
  bool refused = false;  // the database is there, and not one that this program can use
  std::string why;
};

// Makes the schema, or brings it up to date, where it is not this program's version: one process
// after the other, by an advisory lock.
async::task<schema_outcome> prepare_schema(postgres_connection& on, core::deadline until);

async::task<core::result<note_page>> list_notes(postgres_connection& on, owner whose,
                                                std::string after, std::size_t limit,
                                                core::deadline until);
async::task<core::result<note>> find_note(postgres_connection& on, owner whose, std::string id,
                                          core::deadline until);
async::task<core::error_code> add_note(postgres_connection& on, owner whose, note made,
                                       core::deadline until);
async::task<core::result<note>> replace_note(postgres_connection& on, owner whose, std::string id,
                                             note_change to, condition when, core::deadline until);
async::task<core::error_code> remove_note(postgres_connection& on, owner whose, std::string id,
                                          condition when, core::deadline until);

}  // namespace latchkey::store
