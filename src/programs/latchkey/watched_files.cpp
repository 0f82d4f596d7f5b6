#include "watched_files.hpp"

namespace latchkey::programs {

std::vector<std::filesystem::path> files_of(const app::config& loaded,
                                            const std::filesystem::path& file) {
  std::vector<std::filesystem::path> all{file, loaded.server.tls.certificate,
                                         loaded.server.tls.private_key};
  for (const auto& one : loaded.server.certificates) {
    all.push_back(one.certificate);
    all.push_back(one.private_key);
  }
  const auto add_client_files = [&all](const auto& one) {
    for (const auto& path : {one.ca_file, one.client_certificate, one.client_key}) {
      if (!path.empty()) all.push_back(path);
    }
  };
  for (const auto& one : loaded.issuers) add_client_files(one);
  for (const auto& one : loaded.upstreams) add_client_files(one);
  return all;
}

void watched_files::look_again() {
  marks.clear();
  for (const auto& path : paths) marks.push_back(core::mark_of(path));
}

}  // namespace latchkey::programs
