#include "support/run.hpp"
#include "support/temporary.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/key_source.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace latchkey::auth {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_bytes = 20'000;

core::result<http::fetched> read(const fs::path& file, const std::string& etag = {}) {
  async::asio::io_context context;
  return support::run(context, keys_in_file(file, max_bytes)(etag, core::deadline{}));
}

TEST(key_file, is_read_once_for_each_version) {
  const support::temporary_folder folder;
  const auto file = folder.write("keys.json", "first");
  const auto first = read(file);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->status, 200U);
  EXPECT_EQ(first->body, "first");
  const auto again = read(file, first->etag);
  EXPECT_EQ(again->status, 304U);
  EXPECT_EQ(again->etag, first->etag);
  EXPECT_EQ(again->body, "");
  folder.write("keys.json", "the second");
  const auto second = read(file, first->etag);
  EXPECT_EQ(second->status, 200U);
  EXPECT_EQ(second->body, "the second");
  EXPECT_NE(second->etag, first->etag);
}

TEST(key_file, renamed_into_place_is_another_even_of_the_same_size_and_time) {
  const support::temporary_folder folder;
  const auto file = folder.write("keys.json", "first");
  const auto first = read(file);
  const auto next = folder.write("next", "other");
  fs::last_write_time(next, fs::last_write_time(file));
  fs::rename(next, file);
  EXPECT_EQ(read(file, first->etag)->body, "other");
}

// As orchestrators replace the files they mount: a link to a folder is turned to another folder.
TEST(key_file, is_followed_where_a_link_leads) {
  const support::temporary_folder folder;
  fs::create_directory(folder.path() / "v1");
  fs::create_directory(folder.path() / "v2");
  folder.write("v1/keys.json", "first");
  const auto time = fs::last_write_time(folder.path() / "v1/keys.json");
  fs::last_write_time(folder.write("v2/keys.json", "other"), time);
  fs::create_symlink("v1", folder.path() / "data");
  fs::create_symlink("data/keys.json", folder.path() / "keys.json");
  const auto file = folder.path() / "keys.json";
  const auto first = read(file);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->body, "first");
  EXPECT_EQ(read(file, first->etag)->status, 304U);
  fs::create_symlink("v2", folder.path() / "data_next");
  fs::rename(folder.path() / "data_next", folder.path() / "data");
  EXPECT_EQ(read(file, first->etag)->body, "other");
}

TEST(key_file, is_bounded) {
  const support::temporary_folder folder;
  const std::string largest(max_bytes, 'a');
  EXPECT_EQ(read(folder.write("keys.json", largest))->body, largest);
  EXPECT_EQ(read(folder.write("keys.json", largest + 'a')).error(), errc::key_file);
}

TEST(key_file, must_be_a_file_that_can_be_read) {
  const support::temporary_folder folder;
  EXPECT_EQ(read(folder.path() / "nowhere").error(), errc::key_file);
  EXPECT_EQ(read(folder.path()).error(), errc::key_file);
  EXPECT_EQ(read("/dev/null").error(), errc::key_file);
  EXPECT_EQ(read("").error(), errc::key_file);
  // Nobody will ever write into it: whoever waited would wait for good.
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read(pipe).error(), errc::key_file);
  fs::create_symlink("loop", folder.path() / "loop");
  EXPECT_EQ(read(folder.path() / "loop").error(), errc::key_file);
}

TEST(key_file, that_is_gone_is_an_error_even_if_it_was_read_before) {
  const support::temporary_folder folder;
  const auto file = folder.write("keys.json", "first");
  const auto first = read(file);
  fs::remove(file);
  EXPECT_EQ(read(file, first->etag).error(), errc::key_file);
}

}  // namespace
}  // namespace latchkey::auth
