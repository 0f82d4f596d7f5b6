#include "store_bench.hpp"
#include "support/postgres_server.hpp"

#include <latchkey/store/postgres_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::store {
namespace {

// Another program that is in the midst of a transaction.
class other_program {
 public:
  other_program(const std::string& uri, const char* sql)
      : handle_{::PQconnectdb(uri.c_str()), ::PQfinish} {
    run("BEGIN");
    run(sql);
  }
  void run(const char* sql) {
    const std::unique_ptr<::PGresult, decltype(&::PQclear)> done{::PQexec(handle_.get(), sql),
                                                                 ::PQclear};
    const auto status = ::PQresultStatus(done.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      throw std::runtime_error{::PQerrorMessage(handle_.get())};
    }
  }

 private:
  std::unique_ptr<::PGconn, decltype(&::PQfinish)> handle_;
};

class postgres_stores : public testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    server_ = support::postgres_server::shared(why);
    if (server_ == nullptr) GTEST_SKIP() << why;
    uri_ = server_->new_database();
  }

  std::unique_ptr<note_store> open(std::size_t connections = 4, std::size_t queue = 1024,
                                   std::chrono::milliseconds timeout = 60s) {
    return open_postgres_store({uri_, connections, queue, timeout}, bench_.pool(),
                               core::system_clock(), {},
                               [this](const store_event& told) { events_.push_back(told); });
  }
  std::string fault() {
    try {
      open();
      return {};
    } catch (const std::runtime_error& refused) {
      return refused.what();
    }
  }
  std::vector<std::string> states() const {
    std::vector<std::string> all;
    for (const auto& one : events_) all.emplace_back(one.state);
    return all;
  }

  support::postgres_server* server_ = nullptr;
  std::string uri_;
  std::vector<store_event> events_;
  store_bench bench_;
  const owner anna_{"https://a.example", "anna"};
};

TEST_F(postgres_stores, of_a_newer_program_are_refused) {
  open();
  support::postgres_server::run_at(uri_, "UPDATE schema_version SET version = 2");
  EXPECT_NE(fault().find("has schema version 2, but this program knows 1 at most"),
            std::string::npos)
      << fault();
}

TEST_F(postgres_stores, leave_the_tables_of_others_alone) {
  support::postgres_server::run_at(uri_, "CREATE TABLE notes (a integer)");
  EXPECT_NE(fault().find("\"notes\" already exists"), std::string::npos) << fault();
  // Nothing of what had been begun is there.
  EXPECT_THROW(support::postgres_server::run_at(uri_, "SELECT * FROM schema_version"),
               std::runtime_error);
}

TEST_F(postgres_stores, that_are_not_there_are_told_of_and_asked_again) {
  uri_ = "postgresql://u:secret@127.0.0.1:1/notes";
  bench_.use(open(4, 1024, 2s));
  ASSERT_EQ(states(), std::vector<std::string>{"unavailable"});
  EXPECT_EQ(events_[0].detail.find("secret"), std::string::npos);
  EXPECT_EQ(bench_.find(anna_, made_note(1).id).error(), errc::unavailable);
}

TEST_F(postgres_stores, that_are_not_there_are_refused_where_they_must_answer) {
  const postgres_settings how{"postgresql://u:secret@127.0.0.1:1/notes", 4, 1024, 2s, true};
  try {
    open_postgres_store(how, bench_.pool(), core::system_clock(), {}, {});
    ADD_FAILURE() << "not refused";
  } catch (const std::runtime_error& refused) {
    EXPECT_EQ(std::string{refused.what()}.find("secret"), std::string::npos) << refused.what();
    EXPECT_NE(std::string{refused.what()}.find("postgresql://u@127.0.0.1:1/notes: "),
              std::string::npos);
  }
}

TEST_F(postgres_stores, make_their_schema_once_though_many_begin) {
  std::vector<std::thread> many;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 6; ++i) {
    many.emplace_back([&] {
      open_postgres_store({uri_, 4, 1024, 60s}, bench_.pool(), core::system_clock(), {}, {});
      ++opened;
    });
  }
  for (auto& one : many) one.join();
  EXPECT_EQ(opened, 6);
  bench_.use(open());
  EXPECT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
}

TEST_F(postgres_stores, come_back_with_their_database) {
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  ASSERT_EQ(server_->order("stop"), 0);
  EXPECT_EQ(bench_.find(anna_, made_note(1).id).error(), errc::unavailable);
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable);
  ASSERT_EQ(server_->order("start"), 0);
  // The pause between two attempts to connect may not be over.
  core::result<note> found = errc::unavailable;
  while (found.has_error() && found.error() == errc::unavailable) {
    found = bench_.find(anna_, made_note(1).id);
  }
  EXPECT_EQ(found.value(), made_note(1));
  EXPECT_EQ(bench_.add(anna_, made_note(2)), core::error_code{});
  EXPECT_EQ(states(), (std::vector<std::string>{"unavailable", "available"}));
}

// As on a machine that has become a standby: what is opened anew may reach the one that takes
// changes.
TEST_F(postgres_stores, do_not_keep_connections_that_take_no_changes) {
  bench_.use(open(1, 1024, 60s));
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  const std::string all = "ALTER DATABASE " + server_->name_of(uri_);
  support::postgres_server::run_at(uri_, all + " SET default_transaction_read_only = on");
  support::postgres_server::run_at(
      uri_,
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
      " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::unavailable);
  EXPECT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
  support::postgres_server::run_at(
      uri_, "BEGIN READ WRITE; " + all + " RESET default_transaction_read_only; COMMIT");
  const auto until = std::chrono::steady_clock::now() + 20s;
  auto outcome = bench_.add(anna_, made_note(3));
  while (outcome && std::chrono::steady_clock::now() < until) {
    outcome = bench_.add(anna_, made_note(3));
  }
  EXPECT_EQ(outcome, core::error_code{});
}

TEST_F(postgres_stores, give_up_what_hangs_and_no_more) {
  bench_.use(open());
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  other_program other{uri_, "LOCK TABLE notes IN SHARE MODE"};
  const core::deadline shortly{std::chrono::steady_clock::now() + 50ms};
  EXPECT_EQ(bench_.add(anna_, made_note(2), shortly), errc::timed_out);
  EXPECT_TRUE(bench_.find(anna_, made_note(1).id).has_value());
  other.run("ROLLBACK");
  EXPECT_EQ(bench_.add(anna_, made_note(3)), core::error_code{});
}

// The server gives up by itself before the caller does, so that the connection can go on.
TEST_F(postgres_stores, have_the_server_give_up_first) {
  bench_.use(open(4, 1024, 200ms));
  // The first call connects.
  while (bench_.add(anna_, made_note(1)) == errc::timed_out) {
  }
  const auto open_before = bench_.store().now().open;
  other_program other{uri_, "LOCK TABLE notes IN SHARE MODE"};
  EXPECT_EQ(bench_.add(anna_, made_note(2)), errc::timed_out);
  EXPECT_EQ(bench_.store().now().open, open_before);
}

TEST_F(postgres_stores, let_so_many_wait_and_no_more) {
  bench_.use(open(1, 2));
  ASSERT_EQ(bench_.add(anna_, made_note(1)), core::error_code{});
  other_program other{uri_, "LOCK TABLE notes IN SHARE MODE"};
  std::vector<core::error_code> outcomes;
  const auto add_one = [&](unsigned i) -> async::task<> {
    outcomes.push_back(co_await bench_.store().add(anna_, made_note(i), soon()));
  };
  for (unsigned i = 10; i < 14; ++i) {
    async::asio::co_spawn(bench_.io(), add_one(i), async::asio::detached);
  }
  bench_.io().restart();
  while (outcomes.empty()) bench_.io().run_one();
  EXPECT_EQ(outcomes.front(), errc::busy);
  EXPECT_EQ(bench_.store().now().waiting, 2U);
  EXPECT_EQ(bench_.store().now().in_use, 1U);
  other.run("ROLLBACK");
  while (outcomes.size() < 4) bench_.io().run_one();
  EXPECT_EQ((std::vector<core::error_code>{outcomes.begin() + 1, outcomes.end()}),
            std::vector<core::error_code>(3));
  EXPECT_EQ(bench_.store().now().waiting, 0U);
  EXPECT_EQ(bench_.store().now().open, 1U);
}

}  // namespace
}  // namespace latchkey::store
