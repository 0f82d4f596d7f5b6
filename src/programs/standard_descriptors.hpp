// Keeps the descriptors 0, 1 and 2 from becoming a connection or a file, where whoever starts a
// program has closed them: what is meant for people or for the log would be written into it. For
// mains, before anything is opened.
#pragma once

#include <cerrno>
#include <fcntl.h>

namespace latchkey::programs {

inline void occupy_standard_descriptors() {
  for (int one = 0; one <= 2; ++one) {
    if (::fcntl(one, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest one that is free is given. For reading only: writing fails, and is told or
    // counted.
    static_cast<void>(::open("/dev/null", O_RDONLY));
  }
}

}  // namespace latchkey::programs
