#include "support/temporary.hpp"

#include <latchkey/core/file.hpp>

#include <gmock/gmock.h>
#include <init/new_file.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>
#include <string>

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
