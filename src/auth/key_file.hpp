// Reads a file of keys if it has changed since the last read. Not for parsing it.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/fetch.hpp>

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace latchkey::auth {

// Status 200 with the text and, as entity tag, the identity of the file (device, inode, size, times
// of change); 304 where that is `etag`. Symbolic links are followed: the identity is of the file
// they lead to. errc::key_file for what cannot be opened or read, is not a regular file, has more
// than `max_bytes`, or changed while it was read. Does not block on a pipe.
core::result<http::fetched> read_key_file(const std::filesystem::path& file, std::size_t max_bytes,
                                          std::string_view etag);

}  // namespace latchkey::auth
