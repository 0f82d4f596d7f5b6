#include "postgres_uri.hpp"

#include <algorithm>
#include <libpq-fe.h>
#include <memory>

namespace latchkey::store {
namespace {

using options_list = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

postgres_options values_of(const PQconninfoOption* first) {
  postgres_options all;
  for (const auto* one = first; one != nullptr && one->keyword != nullptr; ++one) {
    if (one->val != nullptr) all.emplace_back(one->keyword, one->val);
  }
  return all;
}

// Of a password with "@", "/" or "?" in it libpq takes a part for a host or a database, which are
// shown.
bool is_ambiguous(std::string_view store) {
  const auto rest = store.substr(store.find("://") + 3);
  const auto at = rest.find('@');
  return at != rest.npos && (rest.find_first_of("/?") < at || rest.find('@', at + 1) != rest.npos);
}

}  // namespace

bool is_postgres(std::string_view store) {
  return store.starts_with("postgresql://") || store.starts_with("postgres://");
}

std::optional<postgres_options> parse_postgres(std::string_view store) {
  if (is_postgres(store) && is_ambiguous(store)) return std::nullopt;
  char* said = nullptr;
  const options_list parsed{PQconninfoParse(std::string{store}.c_str(), &said), PQconninfoFree};
  PQfreemem(said);
  if (!parsed) return std::nullopt;
  return values_of(parsed.get());
}

postgres_options postgres_defaults() {
  const options_list defaults{PQconndefaults(), PQconninfoFree};
  return values_of(defaults.get());
}

const std::string* find_option(const postgres_options& all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const auto& one) { return one.first == name; });
  return found == all.end() || found->second.empty() ? nullptr : &found->second;
}

void set_option(postgres_options& all, std::string_view name, std::string value) {
  for (auto& one : all) {
    if (one.first == name) {
      one.second = std::move(value);
      return;
    }
  }
  all.emplace_back(std::string{name}, std::move(value));
}

}  // namespace latchkey::store
