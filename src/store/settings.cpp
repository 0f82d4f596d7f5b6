#include "postgres_uri.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/store/files.hpp>
#include <latchkey/store/settings.hpp>

#include <algorithm>

namespace latchkey::store {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

}  // namespace

bool is_store(std::string_view store) {
  if (std::any_of(store.begin(), store.end(), core::is_control)) return false;
  if (const auto path = sqlite_path(store)) {
    // What SQLite or others read as something else than a file of that name.
    const auto name = path->native();
    return path->has_filename() && name != ":memory:" && !name.starts_with("file:") &&
           !name.starts_with("//");
  }
  return is_postgres(store) && parse_postgres(store).has_value();
}

std::optional<std::filesystem::path> sqlite_path(std::string_view store) {
  if (!store.starts_with(sqlite_scheme)) return std::nullopt;
  return std::filesystem::path{store.substr(sqlite_scheme.size())};
}

std::string resolved(std::string_view store, const std::filesystem::path& folder) {
  const auto path = sqlite_path(store);
  if (!path) return std::string{store};
  return std::string{sqlite_scheme} + (folder / *path).lexically_normal().string();
}

std::vector<std::filesystem::path> files_of(std::string_view store) {
  std::vector<std::filesystem::path> all;
  if (!is_postgres(store)) return all;
  const auto parsed = parse_postgres(store);
  if (!parsed) return all;
  for (const auto* name : {"sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile"}) {
    const auto* found = find_option(*parsed, name);
    if (found != nullptr && *found != "system") all.emplace_back(*found);
  }
  return all;
}

bool has_password(std::string_view store) {
  if (!is_postgres(store)) return false;
  const auto parsed = parse_postgres(store);
  // What libpq does not take may hold anything.
  return !parsed || find_option(*parsed, "password") != nullptr ||
         find_option(*parsed, "sslpassword") != nullptr;
}

std::string shown_store(std::string_view store) {
  if (!is_postgres(store)) return std::string{store};
  const auto parsed = parse_postgres(store);
  if (!parsed) return "postgresql://...";
  const auto value = [&](const char* name) {
    const auto* found = find_option(*parsed, name);
    return found == nullptr ? std::string{} : *found;
  };
  auto host = value("host").empty() ? value("hostaddr") : value("host");
  if (host.starts_with('/')) host = "(socket in " + host + ')';
  const auto user = value("user");
  const auto port = value("port");
  return "postgresql://" + user + (user.empty() ? "" : "@") + host +
         (port.empty() ? "" : ':' + port) + '/' + value("dbname");
}

}  // namespace latchkey::store
