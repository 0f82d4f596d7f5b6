#include "support/manual_clock.hpp"
#include "support/temporary.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/run.hpp>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <sstream>
#include <string>
#include <vector>

namespace latchkey::init {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct outcome {
  int status = -1;
  std::string out;
  std::string err;
};

outcome call(std::vector<std::string> args, const std::string& input = {}, bool terminal = false) {
  outcome got;
  std::istringstream in{input};
  std::ostringstream out;
  std::ostringstream err;
  args.insert(args.begin(), "init");
  got.status = programs::run(std::move(args),
                             {{}, in, out, err, support::manual_clock{}.clock(), {}, terminal});
  got.out = out.str();
  got.err = err.str();
  return got;
}

app::config loaded_from(const std::filesystem::path& file) {
  return app::load_config({file, {}, {}, false, {}}).value();
}

const std::vector<std::string> auth0{"--provider",  "auth0",      "--domain",
                                     "t.auth0.com", "--audience", "https://a/"};

std::vector<std::string> with(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

TEST(init_command, writes_to_standard_output_where_no_file_is_named) {
  const auto got = call(auth0);
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.err, IsEmpty());
  const auto loaded = app::parse_config(got.out, {"/c.toml", {}, {}, false, {}});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->issuers[0].issuer, "https://t.auth0.com/");
}

TEST(init_command, off_a_terminal_the_missing_flags_are_named) {
  const auto got = call({"--provider", "auth0", "--domain", "t.auth0.com"}, "https://a/\n");
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.out, IsEmpty());
  EXPECT_EQ(got.err,
            "latchkey init --provider auth0 needs more:\n"
            "  --audience  The identifier of the API, like https://api.example/; may be given "
            "again\n");
  EXPECT_THAT(call({}).err, StartsWith("--provider is missing; expected one of: cognito, entra"));
  EXPECT_EQ(call({}).status, 2);
  EXPECT_THAT(call({"--provider", "auth1"}).err, StartsWith("\"auth1\" is no provider; expected"));
}

TEST(init_command, on_a_terminal_it_asks_for_what_is_missing_alone) {
  const auto got = call({"--domain", "t.auth0.com"}, "auth0\n\nhttps://a/ https://b/\n", true);
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.err, HasSubstr("Provider (cognito, "));
  EXPECT_THAT(got.err, HasSubstr("The identifier of the API"));
  EXPECT_EQ(got.err.find("domain"), got.err.npos);
  EXPECT_THAT(got.out, HasSubstr("audiences = [\"https://a/\", \"https://b/\"]"));
}

TEST(init_command, an_input_that_ends_early_is_told) {
  const auto got = call({"--provider", "auth0"}, "t.auth0.com\n", true);
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("needs more:\n  --audience"));
  EXPECT_THAT(got.out, IsEmpty());
}

TEST(init_command, answers_that_make_no_configuration_are_refused_and_nothing_is_written) {
  const support::temporary_folder folder;
  const auto file = (folder.path() / "c.toml").string();
  const auto got = call({"--provider", "github", "--audience", "a", "--owner-id", "1", "--upstream",
                         "ftp://x", "--output", file});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err,
              StartsWith("these answers make no valid configuration:\n  upstream.0.addresses"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(init_command, a_file_is_replaced_by_force_alone) {
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", "mine").string();
  const auto refused = call(with(auth0, {"--output", file}));
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err, file + " exists; --force replaces it\n");
  EXPECT_EQ(core::read_file(file, 100).value(), "mine");
  const auto forced = call(with(auth0, {"--output", file, "--force"}));
  EXPECT_EQ(forced.status, 0) << forced.err;
  EXPECT_EQ(forced.out, file + ": written. Next: latchkey doctor --config " + file + "\n");
  EXPECT_EQ(loaded_from(file).issuers.size(), 1U);
}

TEST(init_command, with_a_development_certificate_it_passes_check_config) {
  const support::temporary_folder folder;
  const auto file = (folder.path() / "c.toml").string();
  const auto got = call(with(auth0, {"--output", file, "--dev-certificate"}));
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_TRUE(app::check_files(loaded_from(file), file).empty());
  struct ::stat seen{};
  ASSERT_EQ(::stat((folder.path() / "server.key").c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777U, 0600U);
  // Another provider keeps the certificate.
  const auto before = core::read_file(folder.path() / "server.pem", 10'000).value();
  const auto again = call(with(auth0, {"--output", file, "--dev-certificate", "--force"}));
  EXPECT_EQ(again.status, 0);
  EXPECT_NE(core::read_file(folder.path() / "server.pem", 10'000).value(), before);
  const auto other = (folder.path() / "d.toml").string();
  const auto kept = call(with(auth0, {"--output", other, "--dev-certificate"}));
  EXPECT_EQ(kept.status, 0);
  EXPECT_THAT(kept.out, HasSubstr("server.pem: kept"));
}

TEST(init_command, the_certificate_alone_is_made_where_the_doctor_says) {
  const support::temporary_folder folder;
  const std::vector<std::string> args{"--dev-certificate", "--certificate",
                                      (folder.path() / "a.pem").string(), "--private-key",
                                      (folder.path() / "a.key").string()};
  const auto got = call(args);
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "a.pem"));
  const auto again = call(args);
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("exists; --force replaces it"));
  EXPECT_EQ(call(with(args, {"--force"})).status, 0);
}

TEST(init_command, nothing_is_written_where_all_of_it_cannot_be) {
  for (const std::string there : {"server.pem", "server.key"}) {
    SCOPED_TRACE(there);
    const support::temporary_folder folder;
    folder.write(there, "mine");
    const auto file = (folder.path() / "c.toml").string();
    const auto got = call(with(auth0, {"--output", file, "--dev-certificate"}));
    EXPECT_EQ(got.status, 1);
    EXPECT_THAT(got.out, IsEmpty());
    EXPECT_THAT(got.err, HasSubstr((folder.path() / there).string() + " exists, but not "));
    const auto all = std::distance(std::filesystem::directory_iterator{folder.path()},
                                   std::filesystem::directory_iterator{});
    EXPECT_EQ(all, 1);
    EXPECT_EQ(core::read_file(folder.path() / there, 100).value(), "mine");
  }
  // Nor is a certificate where the configuration is refused, nor text where the certificate is.
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", "mine").string();
  EXPECT_EQ(call(with(auth0, {"--output", file, "--dev-certificate"})).status, 1);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "server.key"));
  const auto printed = call(with(auth0, {"--dev-certificate", "--certificate", file,
                                         "--private-key", (folder.path() / "no.key").string()}));
  EXPECT_EQ(printed.status, 1);
  EXPECT_THAT(printed.out, IsEmpty());
}

TEST(init_command, a_certificate_and_its_key_are_not_one_file) {
  const support::temporary_folder folder;
  for (const bool forced : {false, true}) {
    const auto got =
        call(with({"--dev-certificate", "--certificate", (folder.path() / "." / "a.pem").string(),
                   "--private-key", (folder.path() / "a.pem").string()},
                  forced ? std::vector<std::string>{"--force"} : std::vector<std::string>{}));
    EXPECT_EQ(got.status, 1);
    EXPECT_THAT(got.err, HasSubstr("are two files"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.pem"));
  }
}

}  // namespace
}  // namespace latchkey::init
