#include <latchkey/store/sqlite_file.hpp>

#include <system_error>

namespace latchkey::store {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as Linux follows

bool is_link(const fs::path& file) {
  std::error_code unknown;
  return fs::is_symlink(fs::symlink_status(file, unknown));
}

// The last name that links lead to, whether something is there or not.
fs::path end_of_links(fs::path file) {
  for (int links = 0; links < most_links && is_link(file); ++links) {
    std::error_code unknown;
    file = file.parent_path() / fs::read_symlink(file, unknown);
  }
  return file;
}

}  // namespace

real_file without_links(const fs::path& file) {
  std::error_code failure;
  if (is_link(file)) {
    auto found = fs::canonical(file, failure);
    if (!failure) return {found, {}};
    const auto end = end_of_links(file).string();
    if (failure == std::errc::no_such_file_or_directory) {
      return {{}, "is a link to " + end + ", which is not there; name that one to have it made"};
    }
    return {{}, "is a link to " + end + ": " + failure.message()};
  }
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path{"."};
  const auto found = fs::canonical(folder, failure);
  return {failure ? file : found / file.filename(), {}};
}

}  // namespace latchkey::store
