#include <latchkey/watched_files.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/temporary.hpp>

#include <filesystem>
#include <fstream>

namespace latchkey::programs {
namespace {

using testing::UnorderedElementsAre;

TEST(watched_files, are_the_configuration_and_what_it_has_read_once) {
  app::config loaded;
  loaded.server.tls = {"/a.pem", "/a.key"};
  loaded.server.certificates = {{"/b.pem", "/b.key", {}}};
  loaded.issuers.emplace_back();
  loaded.issuers.back().ca_file = "/ca.pem";
  loaded.issuers.back().client_certificate = "/c.pem";
  loaded.issuers.back().client_key = "/c.key";
  loaded.issuers.emplace_back();
  loaded.issuers.back().jwks_file = "/keys.json";
  loaded.issuers.back().headers.emplace_back();
  loaded.issuers.back().headers.back().value_file = "/secret";
  loaded.log.file.path = "/log";
  loaded.upstreams.emplace_back();
  loaded.upstreams.back().ca_file = "/up.pem";
  loaded.upstreams.back().client_certificate = "/d.pem";
  loaded.upstreams.back().client_key = "/d.key";
  EXPECT_THAT(files_of(loaded, "/conf.toml"),
              UnorderedElementsAre("/conf.toml", "/a.pem", "/a.key", "/b.pem", "/b.key", "/ca.pem",
                                   "/c.pem", "/c.key", "/up.pem", "/d.pem", "/d.key"));
}

class changes : public testing::Test {
 protected:
  changes() : file_{folder_.write("a", "one")}, seen_{{file_}, {}} { seen_.look_again(); }
  bool changed() const {
    auto now = seen_;
    now.look_again();
    return now != seen_;
  }

  support::temporary_folder folder_;
  std::filesystem::path file_;
  watched_files seen_;
};

TEST_F(changes, none) {
  EXPECT_FALSE(changed());
}

TEST_F(changes, written) {
  std::ofstream{file_} << "longer";
  EXPECT_TRUE(changed());
}

TEST_F(changes, renamed_into_place_with_the_same_time_and_size) {
  const std::filesystem::path other = folder_.write("b", "two");
  std::filesystem::last_write_time(other, std::filesystem::last_write_time(file_));
  std::filesystem::rename(other, file_);
  EXPECT_TRUE(changed());
}

TEST_F(changes, removed_and_back) {
  std::filesystem::remove(file_);
  EXPECT_TRUE(changed());
  seen_.look_again();
  EXPECT_FALSE(changed());
  folder_.write("a", "one");
  EXPECT_TRUE(changed());
}

TEST_F(changes, linked_elsewhere) {
  const std::filesystem::path other = folder_.write("b", "two");
  const auto link = file_.parent_path() / "link";
  const auto next = file_.parent_path() / "next";
  std::filesystem::create_symlink(file_, link);
  seen_ = {{link}, {}};
  seen_.look_again();
  EXPECT_FALSE(changed());
  std::filesystem::create_symlink(other, next);
  std::filesystem::rename(next, link);
  EXPECT_TRUE(changed());
}

}  // namespace
}  // namespace latchkey::programs
