// What is said of a database whose schema a later version of this program has made. Not for finding
// its version.
#pragma once

#include <cstdint>
#include <string>

namespace latchkey::store {

inline std::string newer_schema(std::int64_t version, std::int64_t known) {
  return "has schema version " + std::to_string(version) + ", but this program knows " +
         std::to_string(known) + " at most";
}

}  // namespace latchkey::store
