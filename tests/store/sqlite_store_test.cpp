#include "store_bench.hpp"
#include "support/temporary.hpp"

#include <latchkey/store/sqlite_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <mutex>
#include <sqlite3.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::store {
namespace {

// Another program that has the database open.
class other_program {
 public:
  explicit other_program(const std::filesystem::path& file) {
    if (::sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error{"open"};
  }
  ~other_program() { ::sqlite3_close(handle_); }
  other_program(const other_program&) = delete;
  other_program& operator=(const other_program&) = delete;

  void run(const char* sql) {
    char* said = nullptr;
    if (::sqlite3_exec(handle_, sql, nullptr, nullptr, &said) != SQLITE_OK) {
      const std::string text = said == nullptr ? "?" : said;
      ::sqlite3_free(said);
      throw std::runtime_error{text};
    }
  }
  int number(const char* sql) {
    ::sqlite3_stmt* asked = nullptr;
    ::sqlite3_prepare_v2(handle_, sql, -1, &asked, nullptr);
    const int found = ::sqlite3_step(asked) == SQLITE_ROW ? ::sqlite3_column_int(asked, 0) : -1;
    ::sqlite3_finalize(asked);
    return found;
  }

 private:
  ::sqlite3* handle_ = nullptr;
};

class sqlite_stores : public testing::Test {
 protected:
  std::unique_ptr<note_store> open(std::size_t queue = 1024) {
    sqlite_settings how{file_, 2, queue, 60s};
    return open_sqlite_store(how, core::system_clock(), [this](const store_event& told) {
      const std::lock_guard lock{mutex_};
      events_.push_back(std::string{told.part} + ' ' + std::string{told.state});
    });
  }
  std::string fault() {
    try {
      open();
      return {};
    } catch (const std::runtime_error& refused) {
      return refused.what();
    }
  }
  std::vector<std::string> events() {
    const std::lock_guard lock{mutex_};
    return events_;
  }

  support::temporary_folder folder_;
  std::filesystem::path file_ = folder_.path() / "notes.db";
  std::mutex mutex_;
  std::vector<std::string> events_;
  store_bench bench_;
  const owner anna_{"https://a.example", "anna"};
};

TEST_F(sqlite_stores, are_for_their_user_alone) {
  const auto opened = open();
  for (const char* name : {"notes.db", "notes.db-wal", "notes.db-shm"}) {
    struct ::stat facts{};
    ASSERT_EQ(::stat((folder_.path() / name).c_str(), &facts), 0) << name;
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(sqlite_stores, of_a_newer_program_are_refused) {
  open();
  other_program{file_}.run("PRAGMA user_version=2");
  EXPECT_EQ(fault(), file_.string() +
                         ": has schema version 2, but this program knows 1 at most: a newer one "
                         "has used it");
}

// What was acknowledged last may be in the log alone.
TEST_F(sqlite_stores, that_would_be_begun_over_the_log_of_another_are_refused) {
  folder_.write("notes.db-wal", "frames");
  EXPECT_EQ(fault(), file_.string() +
                         ": is missing or empty, and beside it is notes.db-wal of a database that "
                         "was there: put that one back, or remove its log");
  EXPECT_FALSE(std::filesystem::exists(file_));
  folder_.write("notes.db", "");
  EXPECT_NE(fault().find("is missing or empty"), std::string::npos);
}

// What it leads to may be on a disk that is not there yet.
TEST_F(sqlite_stores, behind_a_link_that_leads_nowhere_are_refused) {
  const auto data = folder_.path() / "data";
  std::filesystem::create_directory(data);
  std::filesystem::create_symlink("data/notes.db", file_);
  EXPECT_EQ(fault(), file_.string() + ": is a link to " + (data / "notes.db").string() +
                         ", which is not there; name that one to have it made");
  EXPECT_TRUE(std::filesystem::is_empty(data));
}

TEST_F(sqlite_stores, behind_a_link_are_what_they_are_without_it) {
  const auto data = folder_.path() / "data";
  std::filesystem::create_directory(data);
  const auto link = file_;
  file_ = data / "notes.db";
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  bench_.end();
  std::filesystem::create_symlink(file_, link);
  file_ = link;
  bench_.use(open());
  EXPECT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
  EXPECT_TRUE(std::filesystem::exists(data / "notes.db-wal"));
  bench_.end();
  folder_.write("data/notes.db-wal", "frames");
  folder_.write("data/notes.db", "");
  EXPECT_NE(fault().find("is missing or empty, and beside it is notes.db-wal"), std::string::npos)
      << fault();
}

TEST_F(sqlite_stores, that_are_emptied_are_not_begun_anew) {
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  const auto elsewhere = folder_.path() / "elsewhere.db";
  std::filesystem::rename(file_, elsewhere);
  folder_.write("notes.db", "");
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable);
  std::filesystem::rename(elsewhere, file_);
  EXPECT_EQ(bench_.add(anna_, made_note(2)), core::error_code{});
  EXPECT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
}

TEST_F(sqlite_stores, say_what_failed) {
  std::vector<std::string> details;
  sqlite_settings how{file_, 1, 16, 60s};
  store_bench bench;
  bench.use(open_sqlite_store(how, core::system_clock(), [&](const store_event& told) {
    const std::lock_guard lock{mutex_};
    details.push_back(std::string{told.part} + ": " + std::string{told.detail});
  }));
  other_program{file_}.run("DROP TABLE notes");
  EXPECT_EQ(bench.add(anna_, made_note(1)), errc::unavailable);
  const std::lock_guard lock{mutex_};
  ASSERT_EQ(details.size(), 1U);
  EXPECT_EQ(details.front(), "writes: no such table: notes");
}

TEST_F(sqlite_stores, of_another_program_are_refused) {
  open();
  other_program{file_}.run("PRAGMA user_version=-1");
  EXPECT_EQ(fault(), file_.string() + ": is the database of another program");
  std::filesystem::remove(file_);
  other_program{file_}.run("CREATE TABLE notes (a)");
  EXPECT_EQ(fault(), file_.string() + ": is the database of another program");
}

TEST_F(sqlite_stores, that_are_none_are_refused) {
  folder_.write("notes.db", std::string(5000, 'x'));
  EXPECT_NE(fault().find("not a database"), std::string::npos) << fault();
  file_ = folder_.path() / "missing" / "notes.db";
  EXPECT_NE(fault().find("unable to open database file (No such file or directory)"),
            std::string::npos)
      << fault();
}

TEST_F(sqlite_stores, of_one_file_may_be_several) {
  const auto first = open();
  bench_.use(open());
  store_bench other;
  other.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  EXPECT_TRUE(other.find(anna_, made_note(1).id).has_value());
  ASSERT_EQ(other.remove(anna_, made_note(1).id), core::error_code{});
  EXPECT_EQ(bench_.find(anna_, made_note(1).id).error(), errc::not_found);
}

// A write that hangs holds up no reads, and writes only until their deadlines.
TEST_F(sqlite_stores, answer_while_a_write_hangs) {
  bench_.use(open(2));
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  other_program other{file_};
  other.run("BEGIN IMMEDIATE");
  const core::deadline shortly{std::chrono::steady_clock::now() + 50ms};
  EXPECT_EQ(bench_.add(anna_, made_note(2), shortly), errc::timed_out);
  EXPECT_TRUE(bench_.find(anna_, made_note(1).id).has_value());

  // The first is with the thread, which waits for the lock; two wait for the thread.
  while (bench_.store().now().waiting != 0) std::this_thread::yield();
  std::vector<core::error_code> outcomes;
  const auto add_one = [&](unsigned i) -> async::task<> {
    outcomes.push_back(co_await bench_.store().add(anna_, made_note(i), soon()));
  };
  for (unsigned i = 10; i < 13; ++i) {
    async::asio::co_spawn(bench_.io(), add_one(i), async::asio::detached);
  }
  bench_.io().restart();
  while (outcomes.empty()) bench_.io().run_one();
  EXPECT_EQ(outcomes.front(), errc::busy);
  other.run("ROLLBACK");
  while (outcomes.size() < 3) bench_.io().run_one();
  EXPECT_EQ(outcomes[1], core::error_code{});
  EXPECT_EQ(outcomes[2], core::error_code{});
}

TEST_F(sqlite_stores, whose_file_is_gone_come_back_with_it) {
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  const auto elsewhere = folder_.path() / "elsewhere.db";
  std::filesystem::rename(file_, elsewhere);
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable);
  EXPECT_EQ(bench_.find(anna_, made_note(1).id).error(), errc::unavailable);
  EXPECT_FALSE(std::filesystem::exists(file_));
  std::filesystem::rename(elsewhere, file_);
  EXPECT_EQ(bench_.add(anna_, made_note(2)), core::error_code{});
  EXPECT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
  EXPECT_EQ(events(), (std::vector<std::string>{"writes unavailable", "reads unavailable",
                                                "writes available", "reads available"}));
}

// What was acknowledged is there all the same, though the process were killed then.
TEST_F(sqlite_stores, whose_log_is_removed_take_no_changes) {
  for (const char* journal : {"notes.db-wal", "notes.db-shm"}) {
    file_ = folder_.path() / journal / "notes.db";
    std::filesystem::create_directory(file_.parent_path());
    bench_.use(open());
    ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
    ASSERT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
    std::filesystem::remove(file_.parent_path() / journal);
    EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable) << journal;
    const auto copy = folder_.path() / (std::string{journal} + ".copy.db");
    std::filesystem::copy_file(file_, copy);
    EXPECT_EQ(other_program{copy}.number("SELECT count(*) FROM notes"), 1) << journal;
    bench_.use(open());
    EXPECT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
    EXPECT_EQ(bench_.add(anna_, made_note(3)), core::error_code{});
    bench_.end();
  }
  EXPECT_EQ(events().front(), "writes unavailable");
}

// The log that stands there is that of the one before.
TEST_F(sqlite_stores, that_are_replaced_take_no_changes) {
  const auto first = file_;
  file_ = folder_.path() / "other.db";
  open();
  const auto other = file_;
  file_ = first;
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  const auto elsewhere = folder_.path() / "elsewhere.db";
  std::filesystem::rename(file_, elsewhere);
  std::filesystem::rename(other, file_);
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable);
  std::filesystem::rename(elsewhere, file_);
  EXPECT_EQ(bench_.add(anna_, made_note(2)), core::error_code{});
}

TEST_F(sqlite_stores, whose_log_is_another_take_no_changes) {
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  ASSERT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
  std::filesystem::remove(folder_.path() / "notes.db-wal");
  folder_.write("notes.db-wal", "frames");
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable);
}

TEST_F(sqlite_stores, that_are_cut_to_nothing_take_no_changes) {
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  std::filesystem::resize_file(file_, 0);
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable);
  EXPECT_EQ(std::filesystem::file_size(file_), 0U);
}

TEST_F(sqlite_stores, end_while_calls_wait) {
  bench_.use(open());
  other_program other{file_};
  other.run("BEGIN IMMEDIATE");
  core::error_code outcome;
  bool ended = false;
  const auto add_one = [&]() -> async::task<> {
    outcome = co_await bench_.store().add(anna_, made_note(1),
                                          core::deadline{std::chrono::steady_clock::now() + 20ms});
    ended = true;
  };
  async::asio::co_spawn(bench_.io(), add_one(), async::asio::detached);
  bench_.io().restart();
  while (!ended) bench_.io().run_one();
  EXPECT_EQ(outcome, errc::timed_out);
  other.run("ROLLBACK");
  bench_.end();
}

TEST_F(sqlite_stores, tell_what_they_do_now) {
  bench_.use(open());
  ASSERT_TRUE(bench_.list(anna_).has_value());
  const auto told = bench_.store().now();
  EXPECT_GE(told.open, 2U);
  EXPECT_EQ(told.waiting, 0U);
}

}  // namespace
}  // namespace latchkey::store
