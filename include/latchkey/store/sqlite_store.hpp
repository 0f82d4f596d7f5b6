// Notes in an SQLite database on this machine: one thread that writes, which commits what waits
// together, and some that read. Not for a database that several machines share.
#pragma once

#include <latchkey/store/note_store.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

namespace latchkey::store {

struct sqlite_settings {
  std::filesystem::path file;
  std::size_t readers = 4;                       // threads
  std::size_t queue = 1024;                      // writes that may wait, and as many reads
  std::chrono::milliseconds lock_timeout{5000};  // for the lock that another process has
};

// Makes the file, for its user alone, and its schema, where they are not there. Throws
// std::runtime_error that names the file and says why where it cannot be used, among others where a
// newer program has brought its schema up to date. `clock.steady` judges deadlines.
std::unique_ptr<note_store> open_sqlite_store(const sqlite_settings& how, core::clock clock,
                                              tell_event tell);

}  // namespace latchkey::store
