// What [notes] is read as, and what is refused of it and of the routes that need it.
#include "config_cases.hpp"
#include "support/cases.hpp"
#include "support/places.hpp"

#include <latchkey/app/config_print.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;

config loaded(const std::string& table) {
  return parse_config(std::string{smallest_config} + table, test_source()).value();
}

TEST(config_notes, are_kept_nowhere_without_a_store) {
  EXPECT_EQ(loaded("").notes, store::settings{});
}

TEST(config_notes, are_read_and_printed_alike) {
  const auto first = loaded(
      "[notes]\nstore = \"sqlite:data/notes.db\"\ntimeout = \"250ms\"\nconnections = 2\n"
      "queue = 9\n");
  EXPECT_EQ(first.notes.store, "sqlite:/etc/latchkey/data/notes.db");
  EXPECT_EQ(first.notes.timeout, 250ms);
  EXPECT_EQ(first.notes.connections, 2U);
  EXPECT_EQ(first.notes.queue, 9U);
  const auto again = parse_config(to_toml(first), test_source());
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, first);
  const std::string without_password = "postgresql://u@h:1/d";
  const auto shared = loaded("[notes]\nstore = \"" + without_password + "\"\n");
  EXPECT_NE(to_toml(shared).find("store = \"" + without_password + '"'), std::string::npos);
}

TEST(config_notes, show_no_password) {
  const std::string uri = "postgresql://u:sesame@h/d";
  const auto read = loaded("[notes]\nstore = \"" + uri + "\"\n");
  EXPECT_EQ(read.notes.store, uri);
  EXPECT_EQ(to_toml(read).find("sesame"), std::string::npos);
  EXPECT_NE(to_toml(read).find("# store is secret and not shown"), std::string::npos);
  auto source = test_source();
  source.environment = {{"LATCHKEY_NOTES__STORE", uri + "?wrong=1"}};
  source.flags = {"notes.store=" + uri + "?wrong=1"};
  const auto said = messages(parse_config(smallest_config, source));
  EXPECT_NE(said, "");
  EXPECT_EQ(said.find("sesame"), std::string::npos) << said;
}

TEST(config_notes, refuse_passwords_that_libpq_takes_for_something_else) {
  for (const std::string uri :
       {"postgresql://u:open/sesame@h:1/d", "postgresql://u:open@sesame@h:1/d",
        "postgresql://h?password=open@sesame"}) {
    const auto read = parse_config(
        std::string{smallest_config} + ("[notes]\nstore = \"" + uri + "\"\n"), test_source());
    const auto said = messages(read);
    EXPECT_NE(said.find("'@', '/' and '?' of a password as %40, %2F and %3F"), std::string::npos)
        << said;
    EXPECT_EQ(said.find("sesame"), std::string::npos) << said;
    EXPECT_EQ(said.find("open"), std::string::npos) << said;
  }
}

// The shipped example differs from the article's in its notes alone.
TEST(config_notes, have_an_example) {
  const auto folder = support::project_root() / "conf";
  const auto kept = load_config({folder / "notes.toml", {}, {}});
  ASSERT_EQ(messages(kept), "");
  auto article = load_config({folder / "latchkey.toml", {}, {}}).value();
  EXPECT_EQ(kept->notes.store, "sqlite:" + (folder / "notes.db").lexically_normal().string());
  ASSERT_EQ(kept->routes.size(), 7U);
  std::set<std::string> handlers;
  for (const auto& one : kept->routes) {
    if (one.path.starts_with("/notes")) {
      EXPECT_EQ(one.scopes.size(), 1U) << one.handler;
      handlers.insert(one.handler);
    }
  }
  EXPECT_EQ(handlers,
            (std::set<std::string>{"stored_notes.list", "stored_notes.create", "stored_notes.read",
                                   "stored_notes.update", "stored_notes.delete"}));
  article.notes = kept->notes;
  article.routes = kept->routes;
  article.docs.tags = kept->docs.tags;
  EXPECT_EQ(*kept, article);
}

class config_notes_refuses : public testing::TestWithParam<refused_file> {};

TEST_P(config_notes_refuses, with_position_key_and_what_was_expected) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

constexpr const char* stored = "handler = \"stored_notes.list\"\n";
constexpr const char* handler = "handler = \"notes.read\"\n";

const refused_file cases[] = {
    {"a_store_that_is_none", "[[route]]", "[notes]\nstore = \"notes.db\"\n[[route]]",
     "9:9: notes.store: found another value, expected \"sqlite:\" and the path of a file, or a "
     "\"postgresql://\" URI that libpq takes, with '@', '/' and '?' of a password as %40, %2F and "
     "%3F\n"},
    {"a_uri_that_libpq_does_not_take", "[[route]]",
     "[notes]\nstore = \"postgresql://u:p@h/d?no=1\"\n[[route]]",
     "9:9: notes.store: found another value, expected \"sqlite:\" and the path of a file, or a "
     "\"postgresql://\" URI that libpq takes, with '@', '/' and '?' of a password as %40, %2F and "
     "%3F\n"},
    {"no_time_at_all", "[[route]]", "[notes]\ntimeout = \"0s\"\n[[route]]",
     "9:11: notes.timeout: found string \"0s\", expected a duration from \"10ms\" to \"10m\", "
     "written with ms, s, m or h\n"},
    {"a_route_without_a_store", handler, stored,
     "11:11: route.0.handler: found \"stored_notes.list\" without notes.store; expected one there, "
     "like \"sqlite:notes.db\"\n"},
    {"notes_of_nobody", handler,
     "public = true\nhandler = \"stored_notes.list\"\n[notes]\nstore = \"sqlite:a/n.db\"\n",
     "11:10: route.0.public: found true with the handler \"stored_notes.list\", whose notes are "
     "those of whoever the token names\n"},
    {"a_note_without_its_id", handler,
     "handler = \"stored_notes.read\"\n[notes]\nstore = \"sqlite:a/n.db\"\n",
     "9:8: route.0.path: found \"/notes\" without the parameter {id} that the handler "
     "\"stored_notes.read\" needs\n"},
    {"a_folder_of_everybody_in_a_sandbox", "[server.tls]",
     "[server]\nsandbox = \"on\"\n[notes]\nstore = \"sqlite:/tmp/n.db\"\n[server.tls]",
     "4:9: notes.store: found \"sqlite:/tmp/n.db\", whose folder is /tmp; with server.sandbox the "
     "database needs a folder that is not at the top of the file system, like "
     "/var/lib/latchkey\n"},
};

INSTANTIATE_TEST_SUITE_P(each, config_notes_refuses, testing::ValuesIn(cases), support::case_name);

}  // namespace
}  // namespace latchkey::app
