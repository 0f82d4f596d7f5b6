#include "newer_schema.hpp"
#include "postgres_notes.hpp"

#include <latchkey/store/errc.hpp>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::store {
namespace {

constexpr const char* undefined_table = "42P01";
constexpr const char* ask_version =
    "SELECT version FROM schema_version WHERE program = 'latchkey notes'";

// From the version of its index to the next. What has been released is not changed.
constexpr const char* migrations[] = {
    // Bytes decide about the order and about equality, whatever the database's language is.
    "CREATE TABLE notes ("
    "  issuer text COLLATE \"C\" NOT NULL,"
    "  subject text COLLATE \"C\" NOT NULL,"
    "  id text COLLATE \"C\" NOT NULL,"
    "  title text NOT NULL,"
    "  text text NOT NULL,"
    "  created bigint NOT NULL,"  // microseconds since 1970
    "  updated bigint NOT NULL,"
    "  revision bigint NOT NULL,"
    "  PRIMARY KEY (issuer, subject, id));"
    "INSERT INTO schema_version (program, version) VALUES ('latchkey notes', 1)",
};
static_assert(std::size(migrations) == postgres_schema_version);

schema_outcome failed(const postgres_connection& on, const core::error_code& error) {
  // Without a code it is the connection that failed. Class 57: the server ends or is not up yet;
  // class 53: it has too little of something.
  const auto& state = on.sql_state();
  const bool refused = !state.empty() && !state.starts_with("57") && !state.starts_with("53") &&
                       error != errc::timed_out;
  return {error, refused, on.fault()};
}

schema_outcome newer(std::int64_t version) {
  return {errc::unavailable, true,
          newer_schema(version, postgres_schema_version) + ": a newer one has used it"};
}

// Others lack characters that a note, or a name, may have: each such request would fail. SQL_ASCII
// takes bytes as they are.
bool takes_all_characters(std::string_view encoding) {
  return encoding == "UTF8" || encoding == "SQL_ASCII";
}

// The version that is there; 0: none. Errors leave the connection within a transaction.
async::task<schema_outcome> migrate(postgres_connection& on, core::deadline until) {
  // The number is one that nobody else is likely to take.
  auto locked = co_await on.run(
      "BEGIN; SELECT pg_advisory_xact_lock(7810776213954032747);"
      "CREATE TABLE IF NOT EXISTS schema_version ("
      "  program text PRIMARY KEY, version integer NOT NULL)",
      until);
  if (locked.has_error()) co_return failed(on, locked.error());
  const auto found = co_await on.run(ask_version, until);
  if (found.has_error()) co_return failed(on, found.error());
  const auto version = found->size() == 0 ? 0 : found->number(0, 0);
  if (version > postgres_schema_version) co_return newer(version);
  for (auto at = version; at < postgres_schema_version; ++at) {
    const auto made = co_await on.run(migrations[at], until);
    if (made.has_error()) co_return failed(on, made.error());
  }
  const auto done = co_await on.run("COMMIT", until);
  if (done.has_error()) co_return failed(on, done.error());
  co_return schema_outcome{};
}

}  // namespace

async::task<schema_outcome> prepare_schema(postgres_connection& on, core::deadline until) {
  if (const auto encoding = on.server_encoding(); !takes_all_characters(encoding)) {
    co_return schema_outcome{errc::unavailable, true,
                             "has the encoding " + std::string{encoding} + ", expected UTF8"};
  }
  const auto found = co_await on.run(ask_version, until);
  if (found.has_error() && on.sql_state() != undefined_table) {
    co_return failed(on, found.error());
  }
  const auto version = found.has_error() || found->size() == 0 ? 0 : found->number(0, 0);
  if (version < 0)
    co_return schema_outcome{errc::unavailable, true, "has a schema version below 0"};
  if (version > postgres_schema_version) co_return newer(version);
  if (version < postgres_schema_version) {
    auto outcome = co_await migrate(on, until);
    if (outcome.error) co_return outcome;
  }
  co_return schema_outcome{};
}

}  // namespace latchkey::store
