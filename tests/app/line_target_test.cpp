#include <latchkey/app/line_target.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/temporary.hpp>
#include <support/vectors.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace latchkey::app {
namespace {

using testing::StartsWith;

class log_file : public testing::Test {
 protected:
  std::string text(const std::string& name) const {
    const auto path = folder_.path() / name;
    return std::filesystem::exists(path) ? support::read_file(path) : "(absent)";
  }
  std::unique_ptr<line_target> open(std::size_t max_bytes, std::size_t count) const {
    return file_target({folder_.path() / "a.log", max_bytes, count});
  }

  support::temporary_folder folder_;
};

TEST_F(log_file, is_appended_to) {
  folder_.write("a.log", "old\n");
  const auto file = open(0, 5);
  const auto got = file->put("new\n");
  EXPECT_EQ(got.written, 4U);
  EXPECT_FALSE(got.error);
  EXPECT_EQ(text("a.log"), "old\nnew\n");
}

TEST_F(log_file, is_rotated_at_the_end_of_a_line_and_no_more_than_count_are_kept) {
  const auto file = open(10, 2);
  EXPECT_FALSE(file->put("one\ntwo\nthree\n").error);
  EXPECT_EQ(text("a.log"), "three\n");
  EXPECT_EQ(text("a.log.1"), "one\ntwo\n");
  EXPECT_FALSE(file->put("four\nfive\nsix\nseven\n").error);
  EXPECT_EQ(text("a.log"), "six\nseven\n");
  EXPECT_EQ(text("a.log.1"), "four\nfive\n");
  EXPECT_EQ(text("a.log.2"), "three\n");
  EXPECT_EQ(text("a.log.3"), "(absent)");
}

TEST_F(log_file, begins_anew_where_none_are_kept) {
  const auto file = open(10, 0);
  EXPECT_FALSE(file->put("one\ntwo\nthree\n").error);
  EXPECT_EQ(text("a.log"), "three\n");
  EXPECT_EQ(text("a.log.1"), "(absent)");
}

TEST_F(log_file, holds_a_line_longer_than_a_file_may_be_alone) {
  const auto file = open(10, 5);
  EXPECT_FALSE(file->put("one\n0123456789abcdef\ntwo\n").error);
  EXPECT_EQ(text("a.log.2"), "one\n");
  EXPECT_EQ(text("a.log.1"), "0123456789abcdef\n");
  EXPECT_EQ(text("a.log"), "two\n");
}

TEST_F(log_file, is_opened_anew_where_somebody_has_renamed_it) {
  const auto file = open(0, 5);
  EXPECT_FALSE(file->put("one\n").error);
  std::filesystem::rename(folder_.path() / "a.log", folder_.path() / "b.log");
  EXPECT_FALSE(file->put("two\n").error);
  EXPECT_FALSE(file->reopen());
  EXPECT_FALSE(file->put("three\n").error);
  EXPECT_EQ(text("b.log"), "one\ntwo\n");
  EXPECT_EQ(text("a.log"), "three\n");
}

TEST_F(log_file, stays_in_use_where_it_cannot_be_opened_anew) {
  const auto file = open(0, 5);
  std::filesystem::rename(folder_.path() / "a.log", folder_.path() / "b.log");
  std::filesystem::create_directory(folder_.path() / "a.log");
  EXPECT_TRUE(file->reopen());
  EXPECT_FALSE(file->put("one\n").error);
  EXPECT_EQ(text("b.log"), "one\n");
}

// Two processes that write to one file rotate it once.
TEST_F(log_file, that_somebody_has_rotated_is_not_rotated_once_more) {
  const auto one = open(10, 5);
  const auto other = open(10, 5);
  EXPECT_FALSE(one->put("one\ntwo\n").error);
  EXPECT_FALSE(other->put("three\n").error);
  EXPECT_FALSE(one->put("end\n").error);
  EXPECT_EQ(text("a.log"), "three\nend\n");
  EXPECT_EQ(text("a.log.1"), "one\ntwo\n");
  EXPECT_EQ(text("a.log.2"), "(absent)");
}

TEST_F(log_file, behind_a_link_is_rotated_where_it_is_and_the_link_stays) {
  const auto disk = folder_.path() / "disk";
  std::filesystem::create_directory(disk);
  std::filesystem::create_symlink("disk/real.log", folder_.path() / "next.log");
  std::filesystem::create_symlink("next.log", folder_.path() / "a.log");
  const auto file = open(10, 2);
  EXPECT_FALSE(file->put("one\ntwo\nthree\nfour\n").error);
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.path() / "a.log"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.path() / "next.log"));
  EXPECT_EQ(text("disk/real.log"), "four\n");
  EXPECT_EQ(text("disk/real.log.1"), "three\n");
  EXPECT_EQ(text("disk/real.log.2"), "one\ntwo\n");
  EXPECT_EQ(text("a.log.1"), "(absent)");
}

TEST_F(log_file, that_is_named_as_a_descriptor_is_not_rotated) {
  folder_.write("real.log", "");
  const int open_one = ::open((folder_.path() / "real.log").c_str(), O_WRONLY | O_APPEND);
  ASSERT_GE(open_one, 0);
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(open_one),
                                  folder_.path() / "a.log");
  EXPECT_FALSE(open(10, 2)->put("one\ntwo\nthree\nfour\n").error);
  ::close(open_one);
  EXPECT_EQ(text("real.log"), "one\ntwo\nthree\nfour\n");
  EXPECT_EQ(text("real.log.1"), "(absent)");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.path() / "a.log"));
}

TEST_F(log_file, keeps_its_bound_where_it_cannot_be_rotated) {
  const auto file = open(10, 1);
  EXPECT_FALSE(file->put("one\ntwo\n").error);
  std::filesystem::create_directory(folder_.path() / "a.log.1");
  const auto got = file->put("three\n");
  EXPECT_EQ(got.written, 0U);
  EXPECT_TRUE(got.error);
  EXPECT_EQ(text("a.log"), "one\ntwo\n");
  std::filesystem::remove(folder_.path() / "a.log.1");
  EXPECT_FALSE(file->put("three\n").error);
  EXPECT_EQ(text("a.log"), "three\n");
}

TEST_F(log_file, is_not_for_others) {
  const auto file = open(0, 5);
  struct ::stat now{};
  ASSERT_EQ(::stat((folder_.path() / "a.log").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 0137U, 0U);
}

// The limit of a file's size stands in for a disk that is full: a part of a line goes in.
TEST_F(log_file, never_has_a_line_behind_a_broken_one) {
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ::rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto file = open(0, 5);
  auto tight = before;
  tight.rlim_cur = 6;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto got = file->put("one\ntwo\nthree\n");
  const auto more = file->put("four\n");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, ignored);
  EXPECT_EQ(got.written, 6U);
  EXPECT_TRUE(got.error);
  EXPECT_EQ(more.written, 0U);
  EXPECT_TRUE(more.error);
  EXPECT_FALSE(file->put("five\n").error);
  EXPECT_EQ(text("a.log"), "one\ntw\nfive\n");
}

TEST_F(log_file, that_cannot_be_opened_is_named) {
  try {
    file_target({folder_.path(), 0, 0});
    FAIL() << "was opened";
  } catch (const std::runtime_error& fault) {
    EXPECT_EQ(std::string{fault.what()},
              "cannot open the log file " + folder_.path().string() + ": Is a directory");
  }
}

TEST_F(log_file, a_pipe_without_a_reader_is_refused_and_not_waited_for) {
  const auto path = folder_.path() / "a.log";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THROW(open(10, 5), std::runtime_error);
}

TEST(descriptor, is_not_used_where_it_cannot_be) {
  const auto target = descriptor_target(-1, "nothing");
  const auto got = target->put("one\n");
  EXPECT_EQ(got.written, 0U);
  EXPECT_EQ(got.error.value(), EBADF);
}

}  // namespace
}  // namespace latchkey::app
