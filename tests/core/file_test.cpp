#include "support/temporary.hpp"

#include <latchkey/core/file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace latchkey::core {
namespace {

class file : public testing::Test {
 protected:
  std::filesystem::path make(const std::string& name, const std::string& text) {
    return folder_.write(name, text);
  }

  std::filesystem::path make_pipe() {
    const auto path = folder_.path() / "pipe";
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    return path;
  }

  support::temporary_folder folder_;
};

std::string fault(const std::filesystem::path& path) {
  const auto text = read_file(path, 100);
  return text ? "" : fault_of_file(text.error());
}

TEST_F(file, is_read_up_to_its_bound) {
  EXPECT_EQ(*read_file(make("a", "text"), 4), "text");
  EXPECT_EQ(*read_file(make("b", ""), 4), "");
  EXPECT_EQ(*read_file(make("c", ""), 0), "");
  EXPECT_EQ(read_file(make("d", "texts"), 4).error(), file_errc::too_large);
  const std::string large(200'000, 'x');
  EXPECT_EQ(*read_file(make("e", large), large.size()), large);
  EXPECT_EQ(fault(make("f", large)), "is larger than it may be");
}

TEST_F(file, through_a_link_is_what_the_link_leads_to) {
  const auto link = folder_.path() / "link";
  std::filesystem::create_symlink(make("a", "text"), link);
  EXPECT_EQ(*read_file(link, 100), "text");
}

TEST_F(file, that_is_none_is_refused_and_not_waited_for) {
  EXPECT_EQ(fault(make_pipe()), "is not a file, but a pipe");
  EXPECT_EQ(fault(folder_.path()), "is not a file, but a folder");
  EXPECT_EQ(fault("/dev/zero"), "is not a file, but a device");
  EXPECT_EQ(fault(folder_.path() / "none"), "does not exist");
  const auto path = folder_.path() / "socket";
  ::sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(listening, reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(fault(path), "is not a file, but a socket");
  ::close(listening);
}

TEST_F(file, that_may_not_be_read_says_so) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const auto path = make("a", "text");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  EXPECT_EQ(fault(path), "cannot be read by this user");
}

TEST_F(file, stays_the_one_that_was_opened) {
  const auto path = make("a", "text");
  auto opened = open_file::open(path);
  ASSERT_TRUE(opened);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(*opened->read(100), "text");
}

TEST_F(file, mark_changes_with_what_it_holds) {
  const auto path = make("a", "text");
  const auto before = mark_of(path);
  EXPECT_EQ(*open_file::open(path)->mark(), before);
  EXPECT_EQ(before.bytes, 4U);
  make("a", "more text");
  EXPECT_NE(mark_of(path), before);
  EXPECT_EQ(mark_of(folder_.path() / "none"), file_mark{});
}

TEST_F(file, may_be_a_pipe_for_who_can_wait) {
  const auto path = make_pipe();
  auto opened = open_file::open(path, true);
  ASSERT_TRUE(opened);
  int looks = 0;
  // Nobody has it open for writing at the first look.
  const auto write_at_second_look = [&] {
    if (++looks != 2) return false;
    const int writing = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(::write(writing, "text", 4), 4);
    ::close(writing);
    return false;
  };
  EXPECT_EQ(*opened->read(100, write_at_second_look), "text");
}

TEST_F(file, of_a_pipe_is_given_up_when_nobody_wants_it) {
  auto opened = open_file::open(make_pipe(), true);
  ASSERT_TRUE(opened);
  int looks = 0;
  EXPECT_EQ(opened->read(100, [&] { return ++looks == 3; }).error(), file_errc::stopped);
}

}  // namespace
}  // namespace latchkey::core
