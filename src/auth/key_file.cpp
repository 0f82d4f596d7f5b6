#include "key_file.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/core/file.hpp>

#include <string>
#include <utility>

namespace latchkey::auth {
namespace {

std::string identity(const core::file_mark& of) {
  return std::to_string(of.device) + ' ' + std::to_string(of.inode) + ' ' +
         std::to_string(of.bytes) + ' ' + std::to_string(of.modified) + ' ' +
         std::to_string(of.changed);
}

}  // namespace

core::result<http::fetched> read_key_file(const std::filesystem::path& file, std::size_t max_bytes,
                                          std::string_view etag) {
  auto opened = core::open_file::open(file);
  if (opened.has_error()) return errc::key_file;
  const auto before = opened->mark();
  if (before.has_error() || before->bytes > max_bytes) return errc::key_file;
  http::fetched response;
  response.etag = identity(*before);
  if (response.etag == etag) {
    response.status = 304;
    return response;
  }
  auto text = opened->read(max_bytes);
  // A mixture of two versions must not be used.
  if (text.has_error() || opened->mark() != before) return errc::key_file;
  response.status = 200;
  response.body = std::move(*text);
  return response;
}

}  // namespace latchkey::auth
