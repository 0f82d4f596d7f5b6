#include "watched_files.hpp"

#include <sys/stat.h>

namespace latchkey::programs {
namespace {

std::int64_t nanoseconds(const ::timespec& at) {
  constexpr std::int64_t a_second = 1'000'000'000;
  return std::int64_t{at.tv_sec} * a_second + at.tv_nsec;
}

}  // namespace

std::vector<std::filesystem::path> files_of(const app::config& loaded,
                                            const std::filesystem::path& file) {
  std::vector<std::filesystem::path> all{file, loaded.server.tls.certificate,
                                         loaded.server.tls.private_key};
  for (const auto& one : loaded.server.certificates) {
    all.push_back(one.certificate);
    all.push_back(one.private_key);
  }
  for (const auto& one : loaded.issuers) {
    for (const auto& path : {one.ca_file, one.client_certificate, one.client_key}) {
      if (!path.empty()) all.push_back(path);
    }
  }
  return all;
}

void watched_files::look_again() {
  marks.clear();
  for (const auto& path : paths) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0) {
      marks.emplace_back();
      continue;
    }
    marks.push_back({found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size),
                     nanoseconds(found.st_mtim), nanoseconds(found.st_ctim)});
  }
}

}  // namespace latchkey::programs
