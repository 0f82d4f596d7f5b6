// A connection string as libpq reads it. Not for connecting.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::store {

// Names and values of libpq's parameters that are set.
using postgres_options = std::vector<std::pair<std::string, std::string>>;

bool is_postgres(std::string_view store);

// Nothing where libpq does not take it, or has to guess: the one "@" ends user and password, and
// stands before the first "/" and "?"; others are percent-encoded. What libpq says of it is not
// told: it repeats parts of the text, which may be a password.
std::optional<postgres_options> parse_postgres(std::string_view store);

// What libpq takes where the string says nothing: the environment and its own. Reads files.
postgres_options postgres_defaults();

// Null where it is not set; valid until `all` changes.
const std::string* find_option(const postgres_options& all, std::string_view name);
void set_option(postgres_options& all, std::string_view name, std::string value);

}  // namespace latchkey::store
