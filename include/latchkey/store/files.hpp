// The files that a library reads for a store, beside the database. Not for the database itself:
// sqlite_path.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace latchkey::store {

// As far as the address names them: certificates, a key, passwords.
std::vector<std::filesystem::path> files_of(std::string_view store);

}  // namespace latchkey::store
