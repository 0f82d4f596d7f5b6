#include "new_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>

namespace latchkey::init {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, int error) {
  throw std::runtime_error{file.string() + " cannot be written: " +
                           std::error_code{error, std::generic_category()}.message()};
}

// A file beside the one that is to be; removed unless it has become that.
class beside {
 public:
  explicit beside(const fs::path& file) : file_{file} {
    name_ = file.string() + ".XXXXXX";
    descriptor_ = ::mkostemp(name_.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail(file, errno);
  }
  beside(const beside&) = delete;
  beside& operator=(const beside&) = delete;
  ~beside() {
    if (descriptor_ >= 0) ::close(descriptor_);
    ::unlink(name_.c_str());
  }

  void write(std::string_view text, ::mode_t mode) {
    while (!text.empty()) {
      const auto done = ::write(descriptor_, text.data(), text.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) fail(file_, errno);
      text.remove_prefix(static_cast<std::size_t>(done));
    }
    if (::fchmod(descriptor_, mode) != 0 || ::fsync(descriptor_) != 0) fail(file_, errno);
  }

  void become(when_there how) {
    if (how == when_there::replace) {
      if (::rename(name_.c_str(), file_.c_str()) != 0) fail(file_, errno);
      return;
    }
    if (::link(name_.c_str(), file_.c_str()) == 0) return;
    if (errno != EEXIST) fail(file_, errno);
    throw std::runtime_error{file_.string() + " exists; --force replaces it"};
  }

 private:
  fs::path file_;
  std::string name_;
  int descriptor_ = -1;
};

}  // namespace

void write_whole(const fs::path& file, std::string_view text, ::mode_t mode, when_there how) {
  beside made{file};
  made.write(text, mode);
  made.become(how);
}

}  // namespace latchkey::init
