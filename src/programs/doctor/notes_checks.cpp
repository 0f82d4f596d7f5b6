#include "notes_checks.hpp"

#include "judge_notes.hpp"
#include "store/postgres_connection.hpp"
#include "store/postgres_way.hpp"

#include <latchkey/core/file.hpp>
#include <latchkey/store/settings.hpp>
#include <latchkey/store/sqlite_file.hpp>

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace latchkey::doctor {
namespace {

using async::task;
using store::postgres_connection;

std::string first_bytes(const std::filesystem::path& file, core::error_code& error) {
  // Says what is no file, and waits for nobody.
  const auto opened = core::open_file::open(file);
  if (!opened) {
    error = opened.error();
    return {};
  }
  std::string bytes(sqlite_head_bytes, '\0');
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  const auto got = descriptor < 0 ? -1 : ::pread(descriptor, bytes.data(), bytes.size(), 0);
  if (got < 0) error = {errno, boost::system::system_category()};
  if (descriptor >= 0) ::close(descriptor);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

// The text of the one value that a query gives.
task<core::result<std::string>> ask(postgres_connection& on, std::string sql,
                                    core::deadline until) {
  const auto rows = co_await on.run(std::move(sql), until);
  if (rows.has_error()) co_return rows.error();
  co_return rows->size() == 0 ? std::string{} : rows->text(0, 0);
}

// Nothing where there are no tables yet.
task<core::result<std::optional<std::int64_t>>> ask_version(postgres_connection& on,
                                                            core::deadline until) {
  constexpr std::string_view undefined_table = "42P01";
  const auto found =
      co_await on.run("SELECT version FROM schema_version WHERE program = 'latchkey notes'", until);
  if (found.has_error() && on.sql_state() != undefined_table) co_return found.error();
  if (found.has_error() || found->size() == 0) co_return std::optional<std::int64_t>{};
  co_return std::optional{found->number(0, 0)};
}

task<core::error_code> look(postgres_connection& on, seen_postgres& seen, core::deadline until) {
  seen.encoding = on.server_encoding();
  const auto read_only = co_await ask(
      on, "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'", until);
  if (read_only.has_error()) co_return read_only.error();
  const auto version = co_await ask_version(on, until);
  if (version.has_error()) co_return version.error();
  std::string right = version->has_value()
                          ? "SELECT has_table_privilege('notes', 'SELECT') AND "
                            "has_table_privilege('notes', 'INSERT') AND "
                            "has_table_privilege('notes', 'UPDATE') AND "
                            "has_table_privilege('notes', 'DELETE')"
                          : "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), "
                            "false)";
  const auto allowed = co_await ask(on, std::move(right), until);
  if (allowed.has_error()) co_return allowed.error();
  seen.read_only = *read_only == "t";
  seen.version = *version;
  seen.allowed = *allowed == "t";
  seen.got = reached_store::schema;
  co_return core::error_code{};
}

task<> go(common& with, seen_postgres& seen) {
  auto options = co_await store::with_addresses(store::options_for(with.loaded.notes.store),
                                                with.network.names, with.until);
  if (options.has_error()) {
    seen.fault = options.error().message();
    co_return;
  }
  seen.got = reached_store::names;
  const auto on = std::make_shared<postgres_connection>(with.on);
  auto error = co_await on->connect(std::move(*options), with.until);
  if (!error) {
    seen.got = reached_store::connection;
    error = co_await look(*on, seen, with.until);
  }
  if (!error) co_return;
  seen.fault = on->fault().empty() ? error.message() : on->fault();
  // libpq indents what follows its first line.
  std::erase(seen.fault, '\t');
  seen.sql_state = on->sql_state();
}

}  // namespace

finding check_sqlite(const std::filesystem::path& file) {
  seen_sqlite seen;
  seen.file = file.string();
  seen.head = first_bytes(file, seen.error);
  // Journals stand beside what a link leads to.
  auto log = store::without_links(file).path;
  log += "-wal";
  std::error_code none;
  const auto logged = std::filesystem::file_size(log, none);
  if (!none) seen.logged = logged;
  return judge_sqlite(seen);
}

task<> check_postgres(common& with, slot& to) {
  seen_postgres seen;
  seen.store = store::shown_store(with.loaded.notes.store);
  co_await go(with, seen);
  to.own.push_back(judge_postgres(seen));
}

}  // namespace latchkey::doctor
