#include "support/temporary.hpp"

#include <latchkey/core/file.hpp>

#include <gmock/gmock.h>
#include <init/new_file.hpp>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::init {
namespace {

using testing::HasSubstr;

std::string text_of(const std::filesystem::path& file) {
  return core::read_file(file, 1024).value();
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder},
                                                std::filesystem::directory_iterator{}));
}

TEST(init_new_file, is_whole_with_its_mode_and_nothing_beside_it) {
  const support::temporary_folder folder;
  const auto file = folder.path() / "a.key";
  write_whole(file, "one", 0600, when_there::refuse);
  EXPECT_EQ(text_of(file), "one");
  struct ::stat seen{};
  ASSERT_EQ(::stat(file.c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777U, 0600U);
  write_whole(file, "two", 0644, when_there::replace);
  EXPECT_EQ(text_of(file), "two");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(init_new_file, what_is_there_stays_unless_it_may_be_replaced) {
  const support::temporary_folder folder;
  const auto file = folder.write("a", "old");
  try {
    write_whole(file, "new", 0644, when_there::refuse);
    FAIL();
  } catch (const std::runtime_error& refused) {
    EXPECT_EQ(std::string{refused.what()}, file.string() + " exists; --force replaces it");
  }
  EXPECT_EQ(text_of(file), "old");
  EXPECT_EQ(files_in(folder.path()), 1U);
  // A link that leads nowhere is something that is there, too.
  std::filesystem::create_symlink("nowhere", folder.path() / "link");
  EXPECT_THROW(write_whole(folder.path() / "link", "new", 0644, when_there::refuse),
               std::runtime_error);
}

TEST(init_new_file, only_files_are_replaced) {
  const support::temporary_folder folder;
  const auto target = folder.write("target", "old");
  const auto link = folder.path() / "link";
  std::filesystem::create_symlink("target", link);
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto inner = folder.path() / "inner";
  std::filesystem::create_directory(inner);
  const auto device = folder.path() / "device";
  std::vector<std::pair<std::filesystem::path, std::string>> all{
      {link, " is a symbolic link to target"},
      {pipe, " is not a file, but a pipe"},
      {inner, " is not a file, but a folder"}};
  // For root alone.
  if (::mknod(device.c_str(), S_IFCHR | 0600, ::makedev(1, 3)) == 0) {
    all.emplace_back(device, " is not a file, but a device");
  }
  for (const auto& [file, why] : all) {
    for (const auto how : {when_there::refuse, when_there::replace}) {
      SCOPED_TRACE(file);
      const auto before = std::filesystem::symlink_status(file).type();
      try {
        write_whole(file, "new", 0644, how);
        ADD_FAILURE() << "written";
      } catch (const std::runtime_error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr(file.string() + why));
      }
      EXPECT_EQ(std::filesystem::symlink_status(file).type(), before);
    }
  }
  EXPECT_EQ(text_of(target), "old");
  EXPECT_EQ(files_in(folder.path()), 1 + all.size());
}

TEST(init_new_file, what_was_written_is_taken_back_where_a_later_one_fails) {
  const support::temporary_folder folder;
  const auto at = [&](const char* name) { return folder.path() / name; };
  // The second of one name finds the first.
  EXPECT_THROW(write_files({{at("a"), "1"}, {at("b"), "2"}, {at("a"), "3"}}, when_there::refuse),
               std::runtime_error);
  EXPECT_EQ(files_in(folder.path()), 0U);
  folder.write("a", "old");
  // What comes second makes the third a folder.
  EXPECT_THROW(write_files({{at("a"), "new"}, {at("sub") / "x", "1", 0600, true}, {at("sub"), "2"}},
                           when_there::replace),
               std::runtime_error);
  EXPECT_EQ(text_of(at("a")), "old");
  EXPECT_EQ(files_in(folder.path()), 2U);
  EXPECT_EQ(files_in(at("sub")), 0U);
  write_files({{at("a"), "new"}, {at("b"), "2"}}, when_there::replace);
  EXPECT_EQ(text_of(at("a")), "new");
  EXPECT_EQ(files_in(folder.path()), 3U);
}

TEST(init_new_file, a_folder_that_is_not_there_is_told) {
  const support::temporary_folder folder;
  try {
    write_whole(folder.path() / "no" / "a", "new", 0644, when_there::refuse);
    FAIL();
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("/no/a cannot be written: No such file or directory"));
  }
}

}  // namespace
}  // namespace latchkey::init
