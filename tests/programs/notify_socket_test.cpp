#include <latchkey/notify_socket.hpp>

#include <boost/system/errc.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/temporary.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace latchkey::programs {
namespace {

// A service manager's end.
class receiver {
 public:
  explicit receiver(const std::string& name)
      : descriptor_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    ::sockaddr_un where{};
    where.sun_family = AF_UNIX;
    std::memcpy(where.sun_path, name.data(), name.size());
    if (name.front() == '@') where.sun_path[0] = '\0';
    const auto length = offsetof(::sockaddr_un, sun_path) + name.size();
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const ::sockaddr*>(&where),
                     static_cast<::socklen_t>(length)),
              0);
  }
  ~receiver() { ::close(descriptor_); }
  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  std::string next() {
    std::array<char, 512> text{};
    const auto size = ::recv(descriptor_, text.data(), text.size(), 0);
    return size < 0 ? "nothing" : std::string{text.data(), static_cast<std::size_t>(size)};
  }

 private:
  int descriptor_;
};

TEST(notify_socket, sends_to_a_path) {
  const support::temporary_folder folder;
  const auto path = (folder.path() / "notify").string();
  receiver manager{path};
  const notify_socket to{path};
  EXPECT_FALSE(to.send("READY=1"));
  EXPECT_FALSE(to.send("STOPPING=1\nSTATUS=a"));
  EXPECT_EQ(manager.next(), "READY=1");
  EXPECT_EQ(manager.next(), "STOPPING=1\nSTATUS=a");
  EXPECT_EQ(manager.next(), "nothing");
}

TEST(notify_socket, sends_to_an_abstract_name) {
  const auto name = "@latchkey-test-" + std::to_string(::getpid());
  receiver manager{name};
  EXPECT_FALSE(notify_socket{name}.send("READY=1"));
  EXPECT_EQ(manager.next(), "READY=1");
}

TEST(notify_socket, does_not_wait_for_one_that_does_not_read) {
  const auto name = "@latchkey-test-full-" + std::to_string(::getpid());
  receiver manager{name};
  const notify_socket to{name};
  core::error_code last;
  for (int i = 0; i < 10'000 && !last; ++i) last = to.send("WATCHDOG=1");
  EXPECT_EQ(last, boost::system::errc::resource_unavailable_try_again);
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
  EXPECT_FALSE(to.send("WATCHDOG=1"));
}

TEST(notify_socket, says_that_nobody_is_there) {
  EXPECT_EQ(notify_socket{"/nobody/there"}.send("READY=1"),
            boost::system::errc::no_such_file_or_directory);
}

TEST(notify_socket, refuses_what_is_no_name) {
  for (const auto& name : {std::string{"relative"}, std::string{"vsock:2:1234"}, std::string{"/"},
                           std::string{"@"}, "/" + std::string(107, 'a')}) {
    EXPECT_THROW(notify_socket{name}, std::runtime_error) << name;
  }
  EXPECT_NO_THROW(notify_socket{"/" + std::string(106, 'a')});
  EXPECT_NO_THROW(notify_socket{"@" + std::string(107, 'a')});
}

TEST(notify_socket, has_values_of_one_line) {
  EXPECT_EQ(one_line("a\nREADY=1\x7f", 100), "a READY=1 ");
  EXPECT_EQ(one_line("abcdef", 4), "abcd");
}

}  // namespace
}  // namespace latchkey::programs
