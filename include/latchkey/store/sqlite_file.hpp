// The file of an SQLite database behind its name. Not for opening it: sqlite_store.
#pragma once

#include <filesystem>
#include <string>

namespace latchkey::store {

struct real_file {
  std::filesystem::path path;
  std::string fault;  // for people; empty where `path` holds
};

// The name without links in it: the database's journals stand beside that one. As it is where its
// folder is not there. A link that leads nowhere is refused: what it leads to may be on a disk that
// is not there yet, and must not be begun anew.
real_file without_links(const std::filesystem::path& file);

}  // namespace latchkey::store
