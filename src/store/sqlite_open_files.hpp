// The files of a database that connections of this process have open, as they stand under their
// names: what is written to one that has lost its name would not be found again. On any thread. Not
// for opening them: sqlite_database.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace latchkey::store {

enum class file_standing : std::uint8_t {
  as_opened,       // or nobody has them open
  database_gone,   // the database has another name now, or none
  database_other,  // another one is in its place
  database_empty,  // its size is 0, which it never is
  journal_gone,    // the write-ahead log, or its index, has no name any more
  journal_other,   // another file is in its place
};

class sqlite_open_files {
 public:
  explicit sqlite_open_files(const std::filesystem::path& database);

  // A connection has been opened, or closed.
  void joined();
  void left();
  file_standing look() const;
  // For people, of journals.
  std::string journal_names() const;

 private:
  struct identity {
    ::dev_t device;
    ::ino_t number;
    bool operator==(const identity&) const = default;
  };
  using identities = std::array<std::optional<identity>, 3>;

  identities now() const;

  std::array<std::filesystem::path, 3> names_;  // the database, its log, the log's index
  mutable std::mutex mutex_;
  int users_ = 0;
  identities opened_;
};

}  // namespace latchkey::store
