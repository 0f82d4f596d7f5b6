// Whether notes can be kept where notes.store says, in words for people. Pure. Not for looking
// there: notes_checks.
#pragma once

#include "finding.hpp"

#include <latchkey/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::doctor {

// Of the first bytes of an SQLite database (https://sqlite.org/fileformat2.html, sections 1.3 and
// 1.6), which say the same while a server uses it, but for what is still in its log.
struct sqlite_head {
  std::uint32_t application = 0;
  std::uint32_t version = 0;  // of the schema, by the program that has it
  bool has_schema = false;    // anything at all is in it
};
constexpr std::size_t sqlite_head_bytes = 108;
// Nothing where they are no such database's.
std::optional<sqlite_head> read_sqlite_head(std::string_view bytes);

struct seen_sqlite {
  std::string file;
  core::error_code error;     // why it cannot be read; also that it is not there
  std::string head;           // as many bytes of it as there are, up to sqlite_head_bytes
  std::uintmax_t logged = 0;  // bytes of the write-ahead log beside it
};
finding judge_sqlite(const seen_sqlite& seen);

// How far a look into a PostgreSQL database went.
enum class reached_store : std::uint8_t { nothing, names, connection, schema };

struct seen_postgres {
  std::string store;  // without its password
  reached_store got = reached_store::nothing;
  // Why no further; empty where all of it could be seen.
  std::string fault;
  std::string sql_state;
  std::string encoding;
  bool read_only = false;
  // Of the schema; nothing where there is none.
  std::optional<std::int64_t> version;
  // May make the tables where there are none, else read and change them.
  bool allowed = false;
};
finding judge_postgres(const seen_postgres& seen);

}  // namespace latchkey::doctor
