#include "in_child.hpp"

#include <latchkey/sandbox.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/temporary.hpp>

#include <string>
#include <vector>

namespace latchkey::programs {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Not;

// "read /a", "keep /b".
std::vector<std::string> texts_of(const app::config& loaded, const fs::path& file,
                                  const app::environment_map& environment = {}) {
  std::vector<std::string> all;
  for (const auto& one : sandbox_files(loaded, file, environment)) {
    const auto* const access = one.access == file_access::read    ? "read "
                               : one.access == file_access::write ? "write "
                                                                  : "keep ";
    all.push_back(access + one.path.string());
  }
  return all;
}

TEST(sandbox_files, are_the_folders_of_what_is_named) {
  app::config loaded;
  loaded.server.tls = {"/etc/tls/site/a.pem", "/etc/keys/site/a.key"};
  loaded.issuers.emplace_back();
  loaded.issuers.back().jwks_file = "/var/lib/keys/set.json";
  loaded.issuers.back().headers.emplace_back();
  loaded.issuers.back().headers.back().value_file = "/run/secrets/token/value";
  loaded.upstreams.emplace_back();
  loaded.upstreams.back().ca_file = "/etc/upstream/ca.pem";
  loaded.log.file.path = "/var/log/latchkey/log";
  const auto files = texts_of(loaded, "/etc/latchkey/latchkey.toml");
  for (const auto* folder : {"/etc/latchkey", "/etc/tls/site", "/etc/keys/site", "/var/lib/keys",
                             "/run/secrets/token", "/etc/upstream"}) {
    EXPECT_THAT(files, Contains(std::string{"read "} + folder));
  }
  EXPECT_THAT(files, Contains("keep /var/log/latchkey"));
  EXPECT_THAT(files, Contains("read /etc/resolv.conf"));
  EXPECT_THAT(files, Not(Contains("read /etc")));
  EXPECT_THAT(files, Not(Contains("read /")));
}

TEST(sandbox_files, are_those_alone_where_the_folder_is_everybodys) {
  app::config loaded;
  loaded.server.tls = {"/etc/a.pem", "/a.key"};
  const auto files = texts_of(loaded, "/tmp/latchkey.toml");
  for (const auto* file : {"/etc/a.pem", "/a.key", "/tmp/latchkey.toml"}) {
    EXPECT_THAT(files, Contains(std::string{"read "} + file));
  }
  EXPECT_THAT(files, Not(Contains("read /tmp")));
}

TEST(sandbox_files, are_also_where_links_lead) {
  const support::temporary_folder folder;
  const auto& top = folder.path();
  fs::create_directories(top / "live");
  fs::create_directories(top / "archive");
  folder.write("archive/a.pem", "");
  fs::create_symlink("../archive/a.pem", top / "live" / "a.pem");
  app::config loaded;
  loaded.server.tls = {top / "live" / "a.pem", top / "live" / "a.pem"};
  const auto files = texts_of(loaded, "/etc/latchkey/latchkey.toml");
  EXPECT_THAT(files, Contains("read " + (top / "live").string()));
  EXPECT_THAT(files, Contains("read " + fs::canonical(top / "archive").string()));
}

TEST(sandbox_files, are_the_authorities_of_the_environment) {
  EXPECT_THAT(texts_of({}, "/etc/latchkey/a", {{"SSL_CERT_FILE", "/srv/ca.pem"}}),
              Contains("read /srv/ca.pem"));
}

TEST(sandbox, is_not_entered_unasked) {
  EXPECT_EQ(in_child([] {
              const auto made = enter_sandbox({}, "/a/b", {});
              return made.asked || made.landlock != 0 || made.seccomp ? 1 : 0;
            }),
            0);
}

TEST(sandbox, says_which_file_is_beyond_it) {
  if (landlock_version() == 0) GTEST_SKIP() << "landlock: not to be had here";
  const support::temporary_folder here;
  const support::temporary_folder there;
  const fs::path file = here.write("latchkey.toml", "");
  app::config next;
  next.issuers.emplace_back();
  next.issuers.back().jwks_file = there.write("keys.json", "{}");
  EXPECT_EQ(in_child([&] {
              app::config loaded;
              loaded.server.sandbox = app::sandbox_mode::landlock;
              const auto before = beyond_sandbox(next, file).size();
              if (before != 0 || enter_sandbox(loaded, file, {}).landlock == 0) return 10;
              const auto problems = beyond_sandbox(next, file);
              if (problems.size() != 1 || problems.front().key != "issuer.0.jwks_file") return 11;
              const auto said = problems.front().message.find("outside of what the sandbox");
              return said == std::string::npos ? 12 : 0;
            }),
            0);
}

}  // namespace
}  // namespace latchkey::programs
