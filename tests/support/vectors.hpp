// Reads the public test vectors that stand beside a checkout. Where they are absent a test says so
// and is counted as skipped; it never passes for want of cases.
#pragma once

#include "support/places.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace latchkey::support {

// The path of a vector file or folder, named relative to the folder that holds seed/ and vectors/.
inline std::filesystem::path vector_path(const std::string& name) {
  return vectors_root() / name;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw std::runtime_error{"cannot read " + path.string()};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace latchkey::support

// Ends the test as skipped where the vectors are not on this machine.
#define LATCHKEY_NEEDS_VECTORS(name)                                                      \
  if (!std::filesystem::exists(::latchkey::support::vector_path(name))) {                 \
    GTEST_SKIP() << "test vectors not found: " << ::latchkey::support::vector_path(name); \
  }
