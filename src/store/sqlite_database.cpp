#include "sqlite_database.hpp"

#include <latchkey/store/errc.hpp>

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace latchkey::store {
namespace {

// Its own alone. Only where there is none: to close another descriptor of a database's file would
// let go of the locks that connections of this process have on it.
void create_private(const std::filesystem::path& file) {
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
}

std::uintmax_t size_of(const std::filesystem::path& file) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  return missing ? 0 : size;
}

// Of a file that would be begun anew, though what was acknowledged last may still be in the
// write-ahead log of the one that was there: to open it is to lose that.
std::string fault_of_new(const sqlite_options& how) {
  std::error_code unknown;
  if (size_of(how.file) > 0 || !(how.may_create || std::filesystem::exists(how.file, unknown))) {
    return {};
  }
  if (!how.may_create) return "is empty: put the database back that was there";
  auto log = how.file;
  log += "-wal";
  if (size_of(log) == 0) return {};
  return "is missing or empty, and beside it is " + log.filename().string() +
         " of a database that was there: put that one back, or remove its log";
}

// A call that waits for the disk at each commit, so that what is acknowledged is there after a loss
// of power as well.
constexpr const char* usual_pragmas =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA journal_size_limit=67108864;";

}  // namespace

core::error_code error_of_sqlite(int code) {
  switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return {};
    case SQLITE_FULL:
      return errc::full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
      return errc::timed_out;
    default:
      return errc::unavailable;
  }
}

boost::system::result<sqlite_database, std::string> sqlite_database::open(
    const sqlite_options& how) {
  if (auto fault = fault_of_new(how); !fault.empty()) return fault;
  if (how.may_create) create_private(how.file);
  constexpr int usual = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                        SQLITE_OPEN_EXRESCODE;
  ::sqlite3* opened = nullptr;
  const int code = ::sqlite3_open_v2(how.file.c_str(), &opened,
                                     usual | (how.may_create ? SQLITE_OPEN_CREATE : 0), nullptr);
  sqlite_database made;
  made.handle_.reset(opened);
  if (code != SQLITE_OK) {
    return opened == nullptr ? std::string{::sqlite3_errstr(code)} : made.fault();
  }
  // SQLite opens for reading what it may not write.
  if (!how.reads_only && ::sqlite3_db_readonly(opened, "main") == 1) {
    return std::string{"cannot be written by this user"};
  }
  ::sqlite3_busy_timeout(opened, static_cast<int>(how.busy.count()));
  ::sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (made.run(usual_pragmas) || (how.reads_only && made.run("PRAGMA query_only=ON"))) {
    return made.fault();
  }
  return made;
}

core::error_code sqlite_database::run(const char* sql) {
  return error_of_sqlite(::sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

std::optional<std::int64_t> sqlite_database::number(const char* sql) {
  auto statement = sqlite_statement::prepare(*this, sql);
  if (!statement || statement->step() != SQLITE_ROW) return std::nullopt;
  return statement->number(0);
}

void sqlite_database::leave_log() {
  ::sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

std::string sqlite_database::fault() const {
  std::string text = ::sqlite3_errmsg(handle_.get());
  // What the system said, where it was asked.
  if (const int system = ::sqlite3_system_errno(handle_.get()); system != 0) {
    text +=
        " (" + boost::system::error_code{system, boost::system::system_category()}.message() + ')';
  }
  return text;
}

std::optional<sqlite_statement> sqlite_statement::prepare(const sqlite_database& in,
                                                          std::string_view sql) {
  ::sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v3(in.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return std::nullopt;
  sqlite_statement made;
  made.handle_.reset(prepared);
  return made;
}

sqlite_statement& sqlite_statement::bind(int place, std::string_view text) {
  // A view of nothing has no address, which would be NULL.
  const char* const from = text.empty() ? "" : text.data();
  const int code =
      ::sqlite3_bind_text64(handle_.get(), place, from, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (bound_ == SQLITE_OK) bound_ = code;
  return *this;
}

sqlite_statement& sqlite_statement::bind(int place, std::int64_t number) {
  const int code = ::sqlite3_bind_int64(handle_.get(), place, number);
  if (bound_ == SQLITE_OK) bound_ = code;
  return *this;
}

int sqlite_statement::step() {
  return bound_ == SQLITE_OK ? ::sqlite3_step(handle_.get()) : bound_;
}

void sqlite_statement::reset() {
  ::sqlite3_reset(handle_.get());
  ::sqlite3_clear_bindings(handle_.get());
  bound_ = SQLITE_OK;
}

std::string sqlite_statement::text(int column) const {
  const auto* from = ::sqlite3_column_text(handle_.get(), column);
  const auto size = ::sqlite3_column_bytes(handle_.get(), column);
  if (from == nullptr) return {};
  return {reinterpret_cast<const char*>(from), static_cast<std::size_t>(size)};
}

std::int64_t sqlite_statement::number(int column) const {
  return ::sqlite3_column_int64(handle_.get(), column);
}

}  // namespace latchkey::store
