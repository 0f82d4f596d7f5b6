#include "in_child.hpp"

#include <latchkey/landlock.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/temporary.hpp>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace latchkey::programs {
namespace {

namespace fs = std::filesystem;

class landlock : public testing::Test {
 protected:
  landlock() : inside_{folder_.path() / "inside"} {
    fs::create_directory(inside_);
    outside_ = folder_.write("outside", "secret");
    folder_.write("inside/a", "one");
  }
  void SetUp() override {
    if (landlock_version() == 0) GTEST_SKIP() << "landlock: not to be had here";
  }

  // The error of what is done with these rules; 0 where it is allowed.
  template <class Act>
  static int error_of(const std::vector<file_rule>& rules, Act act) {
    return in_child([&] {
      if (restrict_files(rules)) return 254;
      errno = 0;
      return act() < 0 ? errno : 0;
    });
  }
  static int open(const fs::path& path, int how = O_RDONLY) {
    return ::open(path.c_str(), how | O_CLOEXEC, 0600);
  }

  support::temporary_folder folder_;
  fs::path inside_;
  fs::path outside_;
};

TEST_F(landlock, opens_what_is_named_and_nothing_else) {
  const std::vector<file_rule> rules{{inside_, file_access::read}};
  EXPECT_EQ(error_of(rules, [&] { return open(inside_ / "a"); }), 0);
  EXPECT_EQ(error_of(rules, [&] { return open(inside_, O_DIRECTORY); }), 0);
  EXPECT_EQ(error_of(rules, [&] { return open(outside_); }), EACCES);
  EXPECT_EQ(error_of(rules, [&] { return open(inside_ / "../outside"); }), EACCES);
  EXPECT_EQ(error_of(rules, [&] { return open("/etc/passwd"); }), EACCES);
}

TEST_F(landlock, writes_where_it_may) {
  const std::vector<file_rule> reads{{inside_, file_access::read}};
  EXPECT_EQ(error_of(reads, [&] { return open(inside_ / "a", O_WRONLY); }), EACCES);
  EXPECT_EQ(error_of(reads, [&] { return open(inside_ / "b", O_WRONLY | O_CREAT); }), EACCES);
  EXPECT_EQ(error_of(reads, [&] { return ::unlink((inside_ / "a").c_str()); }), EACCES);
  const std::vector<file_rule> keeps{{inside_, file_access::keep}};
  EXPECT_EQ(error_of(keeps, [&] { return open(inside_ / "b", O_WRONLY | O_CREAT); }), 0);
  EXPECT_EQ(
      error_of(keeps, [&] { return ::rename((inside_ / "b").c_str(), (inside_ / "c").c_str()); }),
      0);
  EXPECT_EQ(error_of(keeps, [&] { return ::unlink((inside_ / "c").c_str()); }), 0);
  EXPECT_EQ(error_of(keeps, [&] { return ::mkdir((inside_ / "d").c_str(), 0700); }), EACCES);
}

TEST_F(landlock, takes_a_file_alone_and_leaves_out_what_is_not_there) {
  const std::vector<file_rule> rules{{outside_, file_access::read},
                                     {"/nobody/there", file_access::read}};
  EXPECT_EQ(error_of(rules, [&] { return open(outside_); }), 0);
  EXPECT_EQ(error_of(rules, [&] { return open(inside_ / "a"); }), EACCES);
}

TEST_F(landlock, lets_nobody_gain_privileges) {
  EXPECT_EQ(error_of({}, [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -1; }), 0);
}

}  // namespace
}  // namespace latchkey::programs
