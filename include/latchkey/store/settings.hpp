// Where notes are kept and how long that may take, as plain values; and the address of a store,
// which may hold a password and is never shown whole. Not for opening one: open_store.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::store {

struct settings {
  std::string store;  // "sqlite:PATH", "postgresql://..."; empty: none
  std::chrono::milliseconds timeout = std::chrono::seconds{5};
  std::size_t connections = 4;  // PostgreSQL: of each worker; SQLite: threads that read
  std::size_t queue = 1024;     // calls that may wait; PostgreSQL: for each worker

  bool operator==(const settings&) const = default;
};

// "sqlite:" with a path, or a URI of libpq that begins with "postgresql://" or "postgres://" and
// that libpq takes; "@", "/" and "?" of a password are percent-encoded there.
bool is_store(std::string_view store);

// The path of an SQLite database; nothing for another store.
std::optional<std::filesystem::path> sqlite_path(std::string_view store);

// The same store with its path taken from `folder`, where it is a relative one.
std::string resolved(std::string_view store, const std::filesystem::path& folder);

// True where the address may not be shown: a password is in it.
bool has_password(std::string_view store);

// For people: the path, or scheme, user, hosts and database, without password and parameters.
std::string shown_store(std::string_view store);

}  // namespace latchkey::store
