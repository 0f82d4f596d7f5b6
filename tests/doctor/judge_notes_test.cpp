#include "support/cases.hpp"
#include "support/manual_clock.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/store/sqlite_store.hpp>

#include <doctor/judge_notes.hpp>
#include <doctor/network_checks.hpp>
#include <doctor/notes_checks.hpp>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <string>

namespace latchkey::doctor {
namespace {

using testing::HasSubstr;

std::string describe(const finding& one) {
  return std::string{one.state == grade::ok ? "ok " : "fault "} + one.found;
}

class doctor_notes_file : public testing::Test {
 protected:
  std::string look() const {
    const auto made = check_sqlite(file_);
    EXPECT_EQ(made.check, "notes");
    EXPECT_EQ(made.subject, "notes.store");
    EXPECT_EQ(made.advice.empty(), made.state == grade::ok);
    return describe(made);
  }
  void run(const char* sql) const {
    ::sqlite3* opened = nullptr;
    ASSERT_EQ(::sqlite3_open(file_.c_str(), &opened), SQLITE_OK);
    EXPECT_EQ(::sqlite3_exec(opened, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    ::sqlite3_close(opened);
  }
  std::unique_ptr<store::note_store> open() const {
    return store::open_sqlite_store({file_}, core::system_clock(), [](const auto&) {});
  }
  std::string names() const {
    std::string all;
    for (const auto& one : std::filesystem::directory_iterator{folder_.path()}) {
      all += one.path().filename().string() + ' ';
    }
    return all;
  }

  support::temporary_folder folder_;
  std::filesystem::path file_ = folder_.path() / "notes.db";
};

TEST_F(doctor_notes_file, is_made_where_it_is_not_there_and_by_the_server_alone) {
  EXPECT_THAT(look(), HasSubstr("ok " + file_.string() + " is not there: it is made"));
  EXPECT_EQ(names(), "");
  folder_.write("notes.db", "");
  EXPECT_THAT(look(), HasSubstr("is empty: it is made"));
  folder_.write("notes.db-wal", "what was acknowledged");
  EXPECT_THAT(look(), HasSubstr("fault " + file_.string() + " is empty, and beside it is the log"));
  std::filesystem::remove(file_);
  EXPECT_THAT(look(), HasSubstr("is not there, and beside it is the log"));
}

TEST_F(doctor_notes_file, of_the_store_is_known_while_it_is_used_and_after) {
  {
    const auto used = open();
    EXPECT_THAT(look(), HasSubstr("ok "));
  }
  EXPECT_EQ(look(), "ok " + file_.string() + " is a database of notes, schema version 1");
  EXPECT_EQ(names(), "notes.db ");
  run("PRAGMA user_version=2");
  EXPECT_THAT(look(), HasSubstr("fault " + file_.string() + " has schema version 2, but this"));
}

TEST_F(doctor_notes_file, of_others_is_told) {
  folder_.write("notes.db", "root:x:0:0:root:/root:/bin/bash\n");
  EXPECT_THAT(look(), HasSubstr("fault " + file_.string() + " is no SQLite database"));
  folder_.write("notes.db", std::string(4096, '\0'));
  EXPECT_THAT(look(), HasSubstr("is no SQLite database"));
  std::filesystem::remove(file_);
  run("PRAGMA page_size=4096; VACUUM");
  EXPECT_THAT(look(), HasSubstr("ok "));
  run("CREATE TABLE t (a)");
  EXPECT_THAT(look(), HasSubstr("fault " + file_.string() + " is the database of another program"));
  std::filesystem::remove(file_);
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(look(), HasSubstr("fault " + file_.string() + " is not a file, but a pipe"));
}

// A database that the server's own code has made, or refuses.
class doctor_notes_database : public testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    server_ = support::postgres_server::shared(why);
    if (server_ == nullptr) GTEST_SKIP() << why;
    store_ = server_->new_database();
    name_ = store_.substr(std::string_view{"postgresql:///"}.size());
    name_ = name_.substr(0, name_.find('?'));
  }
  static finding look(const std::string& store) {
    app::config loaded;
    loaded.notes.store = store;
    const auto made = check_network(loaded, {}, core::system_clock(), std::chrono::seconds{5});
    EXPECT_EQ(made.all.size(), 1U);
    return made.all.empty() ? finding{} : made.all.front();
  }
  void run(const std::string& sql) const { server_->run(name_, sql); }
  std::string as(const std::string& user) const {
    auto other = store_;
    return other.replace(other.find("user=latchkey"), 13, "user=" + user);
  }

  support::postgres_server* server_ = nullptr;
  std::string store_;
  std::string name_;
};

TEST_F(doctor_notes_database, is_judged_by_its_tables_and_what_the_user_may) {
  EXPECT_THAT(describe(look(store_)), HasSubstr("ok postgresql://latchkey@"));
  EXPECT_THAT(look(store_).found, HasSubstr("its tables are made with the first start"));
  run("CREATE USER guest" + name_);
  const auto guest = as("guest" + name_);
  run("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  EXPECT_THAT(describe(look(guest)), HasSubstr("fault "));
  EXPECT_THAT(look(guest).found, HasSubstr("this user may not make them"));
  run("CREATE TABLE schema_version (program text PRIMARY KEY, version integer NOT NULL);"
      "CREATE TABLE notes (id text);"
      "INSERT INTO schema_version VALUES ('latchkey notes', 1)");
  EXPECT_THAT(describe(look(store_)), HasSubstr("ok "));
  EXPECT_THAT(look(store_).found, HasSubstr(", schema version 1"));
  EXPECT_THAT(look(guest).found, HasSubstr("permission denied"));
  EXPECT_THAT(look(guest).advice, HasSubstr("GRANT SELECT"));
  run("GRANT SELECT ON notes, schema_version TO guest" + name_);
  EXPECT_THAT(describe(look(guest)), HasSubstr("fault this user may not read and change"));
  run("ALTER USER guest" + name_ + " SET default_transaction_read_only = on");
  EXPECT_THAT(describe(look(guest)), HasSubstr(" can be read only"));
  run("UPDATE schema_version SET version = 2");
  EXPECT_THAT(describe(look(store_)), HasSubstr("has schema version 2, but this program knows 1"));
}

TEST_F(doctor_notes_database, that_is_not_there_is_told) {
  const auto none = look(store_.replace(store_.find(name_), name_.size(), "nowhere"));
  EXPECT_THAT(describe(none), HasSubstr("fault no connection to postgresql://latchkey@"));
  EXPECT_THAT(none.found, HasSubstr("does not exist"));
}

TEST(doctor_notes, that_nobody_answers_is_told_without_the_password) {
  app::config loaded;
  loaded.notes.store = "postgresql://u:sesame@127.0.0.1:1/n";
  const auto made =
      check_network(loaded, {}, core::system_clock(), std::chrono::milliseconds{500}).all;
  ASSERT_EQ(made.size(), 1U);
  EXPECT_THAT(describe(made[0]),
              HasSubstr("fault no connection to postgresql://u@127.0.0.1:1/n: "));
  EXPECT_EQ(made[0].found.find("sesame"), std::string::npos);
  EXPECT_EQ(made[0].found.find('\t'), std::string::npos);
  EXPECT_THAT(made[0].advice, HasSubstr("pg_hba.conf"));
}

}  // namespace
}  // namespace latchkey::doctor
