// One connection to an SQLite database, and statements of it. Lives on one thread at a time. Not
// for what is kept in it: sqlite_notes.
#pragma once

#include <latchkey/core/result.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace latchkey::store {

// What a code of SQLite means to who asked: errc::full, errc::timed_out where somebody else holds
// the lock, else errc::unavailable. None for SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
core::error_code error_of_sqlite(int code);

struct sqlite_options {
  std::filesystem::path file;
  std::chrono::milliseconds busy{5000};  // how long a lock is waited for
  bool may_create = false;
  bool reads_only = false;
};

class sqlite_database {
 public:
  // Where it fails, the text says why.
  static boost::system::result<sqlite_database, std::string> open(const sqlite_options& how);

  ::sqlite3* get() const { return handle_.get(); }
  // Runs statements that give nothing.
  core::error_code run(const char* sql);
  // The one number that a statement gives; nothing where it fails.
  std::optional<std::int64_t> number(const char* sql);
  bool in_transaction() const { return ::sqlite3_get_autocommit(handle_.get()) == 0; }
  // The write-ahead log stays as it is when this is closed.
  void leave_log();
  // What failed last, for people.
  std::string fault() const;

 private:
  struct close {
    void operator()(::sqlite3* one) const { ::sqlite3_close_v2(one); }
  };
  std::unique_ptr<::sqlite3, close> handle_;
};

// Prepared once; bound, stepped and reset for each use.
class sqlite_statement {
 public:
  sqlite_statement() = default;
  // Empty where SQLite does not take it.
  static std::optional<sqlite_statement> prepare(const sqlite_database& in, std::string_view sql);

  // The text must live until reset().
  sqlite_statement& bind(int place, std::string_view text);
  sqlite_statement& bind(int place, std::int64_t number);
  // SQLITE_ROW, SQLITE_DONE, or what failed.
  int step();
  void reset();

  std::string text(int column) const;
  std::int64_t number(int column) const;

 private:
  struct finalize {
    void operator()(::sqlite3_stmt* one) const { ::sqlite3_finalize(one); }
  };
  std::unique_ptr<::sqlite3_stmt, finalize> handle_;
  int bound_ = SQLITE_OK;  // what the first bind that failed gave
};

}  // namespace latchkey::store
