#include "new_file.hpp"

#include <latchkey/core/file.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
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

[[noreturn]] void refuse_existing(const fs::path& file) {
  throw std::runtime_error{file.string() + " exists; --force replaces it"};
}

core::error_code kind_of(::mode_t mode) {
  if (S_ISDIR(mode)) return core::file_errc::folder;
  if (S_ISFIFO(mode)) return core::file_errc::pipe;
  return S_ISSOCK(mode) ? core::file_errc::socket : core::file_errc::device;
}

// Throws where something has the name that is to stay.
void look_at(const fs::path& file, when_there how) {
  struct ::stat seen{};
  if (::lstat(file.c_str(), &seen) != 0) {
    if (errno != ENOENT) fail(file, errno);
    return;
  }
  if (S_ISLNK(seen.st_mode)) {
    std::error_code gone;
    throw std::runtime_error{file.string() + " is a symbolic link to " +
                             fs::read_symlink(file, gone).string() +
                             ", which is not replaced: name the file itself, or remove the link"};
  }
  if (!S_ISREG(seen.st_mode)) {
    throw std::runtime_error{file.string() + ' ' + core::fault_of_file(kind_of(seen.st_mode))};
  }
  if (how == when_there::refuse) refuse_existing(file);
}

// A file beside the one that is to be; removed unless it has become that.
class beside {
 public:
  explicit beside(const fs::path& file) : file_{file} {
    name_ = file.string() + ".XXXXXX";
    descriptor_ = ::mkostemp(name_.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail(file, errno);
    old_ = name_ + ".old";
  }
  beside(const beside&) = delete;
  beside& operator=(const beside&) = delete;
  ~beside() {
    if (descriptor_ >= 0) ::close(descriptor_);
    ::unlink(name_.c_str());
    ::unlink(old_.c_str());
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
      // A second name for what is replaced, to give it back by.
      had_old_ = ::link(file_.c_str(), old_.c_str()) == 0;
      is_new_ = !had_old_ && errno == ENOENT;
      if (::rename(name_.c_str(), file_.c_str()) != 0) fail(file_, errno);
    } else if (::link(name_.c_str(), file_.c_str()) != 0) {
      if (errno != EEXIST) fail(file_, errno);
      refuse_existing(file_);
    } else {
      is_new_ = true;
    }
    became_ = true;
  }

  void take_back() {
    if (became_ && had_old_) ::rename(old_.c_str(), file_.c_str());
    if (became_ && is_new_) ::unlink(file_.c_str());
  }

 private:
  fs::path file_;
  std::string name_;
  std::string old_;
  int descriptor_ = -1;
  bool became_ = false;
  bool had_old_ = false;
  bool is_new_ = false;
};

}  // namespace

void write_files(const std::vector<new_file>& all, when_there how) {
  for (const auto& one : all) look_at(one.file, how);
  std::vector<std::unique_ptr<beside>> made;
  for (const auto& one : all) {
    // What is wrong with it is said of the file.
    std::error_code ignored;
    if (one.makes_folder && one.file.has_parent_path()) {
      fs::create_directories(one.file.parent_path(), ignored);
    }
    made.push_back(std::make_unique<beside>(one.file));
    made.back()->write(one.text, one.mode);
  }
  try {
    for (const auto& one : made) one->become(how);
  } catch (const std::runtime_error&) {
    for (const auto& one : made) one->take_back();
    throw;
  }
}

void write_whole(const fs::path& file, std::string_view text, ::mode_t mode, when_there how) {
  write_files({{file, std::string{text}, mode}}, how);
}

}  // namespace latchkey::init
