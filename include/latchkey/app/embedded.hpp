// The files of the docs page that the build put into the program. Not for what is made at start-up:
// that is documents.
#pragma once

#include <span>
#include <string_view>

namespace latchkey::app {

// Every view is into the program itself.
struct embedded_file {
  std::string_view name;
  std::string_view plain;
  std::string_view gzip;  // the same bytes packed (RFC 1952); empty where that does not pay
};

std::span<const embedded_file> embedded_files();

}  // namespace latchkey::app
