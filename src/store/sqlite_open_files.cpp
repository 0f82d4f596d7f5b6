#include "sqlite_open_files.hpp"

#include <sys/stat.h>

namespace latchkey::store {

sqlite_open_files::sqlite_open_files(const std::filesystem::path& database)
    : names_{database, database.string() + "-wal", database.string() + "-shm"} {}

void sqlite_open_files::joined() {
  const std::lock_guard lock{mutex_};
  if (users_++ == 0) opened_ = now();
}

void sqlite_open_files::left() {
  const std::lock_guard lock{mutex_};
  --users_;
}

sqlite_open_files::identities sqlite_open_files::now() const {
  identities found;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    struct ::stat facts{};
    if (::stat(names_[i].c_str(), &facts) == 0) found[i] = {facts.st_dev, facts.st_ino};
  }
  return found;
}

file_standing sqlite_open_files::look() const {
  identities opened;
  {
    const std::lock_guard lock{mutex_};
    if (users_ == 0) return file_standing::as_opened;
    opened = opened_;
  }
  const auto found = now();
  if (!found[0]) return file_standing::database_gone;
  std::error_code unknown;
  if (std::filesystem::file_size(names_[0], unknown) == 0) return file_standing::database_empty;
  if (found[0] != opened[0]) return file_standing::database_other;
  for (std::size_t i = 1; i < found.size(); ++i) {
    if (!opened[i] || found[i] == opened[i]) continue;
    return found[i] ? file_standing::journal_other : file_standing::journal_gone;
  }
  return file_standing::as_opened;
}

std::string sqlite_open_files::journal_names() const {
  return names_[1].filename().string() + " or " + names_[2].filename().string();
}

}  // namespace latchkey::store
