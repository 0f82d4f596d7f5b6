#include "common/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace latchkey::bench {

output_file::output_file(std::string path) : path_{std::move(path)} {
  if (!wanted()) return;
  errno = 0;
  stream_.open(path_, std::ios::binary);
  if (!stream_) {
    throw std::runtime_error{"cannot write " + path_ +
                             (errno == 0 ? "" : std::string{": "} + std::strerror(errno))};
  }
}

void output_file::write(std::string_view text) {
  if (!wanted()) return;
  stream_ << text;
  stream_.close();
  if (!stream_) throw std::runtime_error{"cannot write all of " + path_};
}

}  // namespace latchkey::bench
