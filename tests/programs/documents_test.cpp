// What is made of a command line, held to its own help: every word of the one is in the other.
#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>

#include <command_outline.hpp>
#include <completion.hpp>
#include <manual_page.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace latchkey::programs {
namespace {

using testing::HasSubstr;

// What a reader of the page sees, as far as words go.
std::string shown(std::string page) {
  const std::pair<const char*, const char*> escapes[] = {
      {"\\-", "-"},   {"\\(aq", "'"}, {"\\(ga", "`"}, {"\\(ha", "^"},
      {"\\(ti", "~"}, {"\\&", ""},    {"\\e", "\\"}};
  for (const auto& [from, to] : escapes) {
    for (auto at = page.find(from); at != page.npos; at = page.find(from, at + 1)) {
      page.replace(at, std::string_view{from}.size(), to);
    }
  }
  return page;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> words;
  for (std::string one; in >> one;) words.push_back(one);
  return words;
}

TEST(manual_page, has_every_word_of_the_help_of_every_command) {
  const auto page = shown(call({"manual-page"}).out);
  const std::vector<std::vector<std::string>> commands = {{},
                                                          {"serve"},
                                                          {"check-config"},
                                                          {"print-config"},
                                                          {"routes"},
                                                          {"reference"},
                                                          {"healthcheck"},
                                                          {"token"},
                                                          {"token", "inspect"},
                                                          {"token", "verify"},
                                                          {"completion"},
                                                          {"manual-page"}};
  for (auto args : commands) {
    args.emplace_back("--help");
    for (const auto& word : words_of(call(args).out)) {
      if (word == "Usage:" || word == "Options:" || word == "Positionals:" ||
          word == "Subcommands:")
        continue;
      EXPECT_THAT(page, HasSubstr(word)) << args[0];
    }
  }
}

TEST(manual_page, keeps_what_troff_would_take_for_its_own) {
  CLI::App program{"Does .it and `that`", "tool"};
  program.footer("'quoted'\n.start\nback\\slash a-b");
  const auto page = manual_page(outline_of(program), "1.2.3");
  EXPECT_THAT(page, HasSubstr("\n\\&\\(aqquoted\\(aq\n\\&.start\nback\\eslash a\\-b\n"));
  EXPECT_THAT(page, testing::StartsWith(".TH TOOL 1 \"\" \"latchkey 1.2.3\""));
}

TEST(completion, has_every_command_and_every_option_in_every_shell) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = call({"completion", shell}).out;
    for (const auto* word : {"serve", "inspect", "verify", "healthcheck", "completion"}) {
      EXPECT_THAT(script, HasSubstr(word)) << shell;
    }
    for (const std::string word : {"config", "jwks", "audience-claim", "explain"}) {
      const auto option = std::string{shell} == "fish" ? "-l " + word : "--" + word;
      EXPECT_THAT(script, HasSubstr(option)) << shell;
    }
  }
}

TEST(completion, of_another_shell_there_is_none) {
  EXPECT_EQ(call({"completion", "csh"}).status, exit_usage);
  EXPECT_EQ(call({"completion"}).status, exit_usage);
}

TEST(command_outline, knows_values_and_choices) {
  CLI::App program{"A tool", "tool"};
  std::string text;
  bool flag = false;
  program.add_option("-f,--file", text, "A file")->type_name("FILE");
  program.add_option("--clock", text, "A clock")->type_name("cpu|wall");
  program.add_option("--keep", text, "Or not")->check(CLI::IsMember({"on", "off"}));
  program.add_flag("--all", flag, "All");
  const auto made = outline_of(program);
  ASSERT_EQ(made.options.size(), 5U);
  EXPECT_EQ(made.options[1].names, (std::vector<std::string>{"-f", "--file"}));
  EXPECT_TRUE(is_file(made.options[1]));
  EXPECT_EQ(made.options[2].choices, (std::vector<std::string>{"cpu", "wall"}));
  EXPECT_EQ(made.options[3].choices, (std::vector<std::string>{"on", "off"}));
  EXPECT_EQ(made.options[4].value, "");
}

}  // namespace
}  // namespace latchkey::programs
