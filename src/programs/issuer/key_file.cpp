#include "issuer/key_file.hpp"

#include "issuer/key_ring.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace latchkey::issuer {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why) {
  throw std::runtime_error{file.string() + ": " + why};
}

std::string system_reason() {
  return std::error_code{errno, std::generic_category()}.message();
}

// Never writes over a file, and no one else can read it at any moment.
void write_new(const std::filesystem::path& file, const std::string& text) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0) fail(file, system_reason());
  const auto written = ::write(out, text.data(), text.size());
  const bool whole = written == static_cast<ssize_t>(text.size());
  const auto reason = whole ? std::string{} : system_reason();
  if (::close(out) != 0 || !whole) fail(file, "could not be written whole: " + reason);
}

}  // namespace

jose::signing_key read_key(const std::filesystem::path& file, std::string kid) {
  std::ifstream in{file, std::ios::binary};
  if (!in) fail(file, system_reason());
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  try {
    return key_from_pem(text, std::move(kid));
  } catch (const std::runtime_error& wrong) {
    fail(file, wrong.what());
  }
}

jose::signing_key read_or_make_key(const std::filesystem::path& file, unsigned bits) {
  if (!std::filesystem::exists(file)) write_new(file, new_key(bits).to_pem());
  return read_key(file);
}

}  // namespace latchkey::issuer
