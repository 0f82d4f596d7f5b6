#include "store_bench.hpp"
#include "support/cases.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary.hpp"

#include <latchkey/store/postgres_store.hpp>
#include <latchkey/store/sqlite_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::store {
namespace {

// One place that notes are kept in, as long as it lives.
class kept_place {
 public:
  virtual ~kept_place() = default;
  // For who asks on the threads of that pool.
  virtual std::unique_ptr<note_store> open(async::io_pool& threads) = 0;
};

class sqlite_place final : public kept_place {
 public:
  std::unique_ptr<note_store> open(async::io_pool&) override {
    return open_sqlite_store({folder_.path() / "notes.db"}, core::system_clock(), {});
  }

 private:
  support::temporary_folder folder_;
};

class postgres_place final : public kept_place {
 public:
  explicit postgres_place(support::postgres_server& server) : uri_{server.new_database()} {}
  std::unique_ptr<note_store> open(async::io_pool& threads) override {
    return open_postgres_store({uri_, 4, 1024, 60s}, threads, core::system_clock(), {}, {});
  }

 private:
  std::string uri_;
};

struct kind_of_store {
  std::string name;
  // Null where this machine has none: the reason is in the text.
  std::function<std::unique_ptr<kept_place>(std::string& why)> make;
};

std::unique_ptr<kept_place> make_sqlite(std::string&) {
  return std::make_unique<sqlite_place>();
}

std::unique_ptr<kept_place> make_postgres(std::string& why) {
  auto* const server = support::postgres_server::shared(why);
  return server == nullptr ? nullptr : std::make_unique<postgres_place>(*server);
}

// What every store promises, whatever keeps the notes.
class store_contract : public testing::TestWithParam<kind_of_store> {
 protected:
  void SetUp() override {
    std::string why;
    place_ = GetParam().make(why);
    if (!place_) GTEST_SKIP() << why;
    bench_.use(place_->open(bench_.pool()));
  }

  std::unique_ptr<kept_place> place_;
  store_bench bench_;
  const owner anna_{"https://a.example", "anna"};
};

TEST_P(store_contract, keeps_what_is_added) {
  const auto made = made_note(1);
  EXPECT_EQ(bench_.find(anna_, made.id).error(), errc::not_found);
  ASSERT_EQ(bench_.add(anna_, made), core::error_code{});
  EXPECT_EQ(bench_.find(anna_, made.id).value(), made);
  bench_.use(place_->open(bench_.pool()));
  EXPECT_EQ(bench_.find(anna_, made.id).value(), made);
}

TEST_P(store_contract, keeps_texts_and_numbers_as_they_are) {
  std::string longest;
  for (int i = 0; i < 65'536; ++i) longest += "\xF0\x9F\x9A\x80";
  unsigned number = 0;
  for (const auto& text :
       std::vector<std::string>{"", "'; DROP TABLE notes; --", "\\ \" $1 ?1 %",
                                "\x01\x1f\x7f\r\n\t", "\xEF\xBB\xBFx", longest}) {
    auto made = made_note(++number, text.empty() ? "x" : text.substr(0, 4));
    made.content.text = text;
    made.revision = ~std::uint64_t{0} - number;
    made.updated += 1us;
    ASSERT_EQ(bench_.add(anna_, made), core::error_code{});
    EXPECT_EQ(bench_.find(anna_, made.id).value(), made) << text.substr(0, 50);
  }
}

TEST_P(store_contract, shows_an_owner_nothing_of_another) {
  const owner bert{"https://a.example", "bert"};
  const owner other_anna{"https://b.example", "anna"};
  const owner shifted{"https://a.exampl", "eanna"};
  const auto made = made_note(1);
  ASSERT_EQ(bench_.add(anna_, made), core::error_code{});
  for (const auto& one : {bert, other_anna, shifted}) {
    EXPECT_EQ(bench_.find(one, made.id).error(), errc::not_found);
    EXPECT_TRUE(bench_.list(one).value().notes.empty());
    EXPECT_EQ(bench_.replace(one, made.id, {{"x", "y"}, made.updated, 5}).error(), errc::not_found);
    EXPECT_EQ(bench_.remove(one, made.id), errc::not_found);
  }
  EXPECT_EQ(bench_.find(anna_, made.id).value(), made);
}

TEST_P(store_contract, lists_pages_in_one_order) {
  std::vector<note> all;
  for (unsigned i = 0; i < 7; ++i) all.push_back(made_note(i));
  for (const auto i : {3, 1, 6, 0, 5, 2, 4})
    ASSERT_EQ(bench_.add(anna_, all.at(i)), core::error_code{});

  const auto first = bench_.list(anna_, "", 3).value();
  EXPECT_EQ(first.notes, (std::vector<note>{all[0], all[1], all[2]}));
  EXPECT_TRUE(first.more);
  // The note that the cursor names may be gone, and notes before it may come.
  ASSERT_EQ(bench_.remove(anna_, all[2].id), core::error_code{});
  const auto second = bench_.list(anna_, all[2].id, 3).value();
  EXPECT_EQ(second.notes, (std::vector<note>{all[3], all[4], all[5]}));
  EXPECT_TRUE(second.more);
  const auto last = bench_.list(anna_, all[5].id, 3).value();
  EXPECT_EQ(last.notes, (std::vector<note>{all[6]}));
  EXPECT_FALSE(last.more);
  EXPECT_TRUE(bench_.list(anna_, all[6].id, 3).value().notes.empty());
  EXPECT_FALSE(bench_.list(anna_, all[3].id, 3).value().more) << "exactly as many as there are";
}

TEST_P(store_contract, ends_a_page_that_has_much_text) {
  constexpr unsigned many = 10;
  for (unsigned i = 0; i < many; ++i) {
    auto made = made_note(i);
    made.content.text = std::string(300'000, 'x');
    ASSERT_EQ(bench_.add(anna_, made), core::error_code{});
  }
  std::string after;
  std::vector<std::size_t> sizes;
  for (bool more = true; more;) {
    const auto page = bench_.list(anna_, after, 100).value();
    ASSERT_FALSE(page.notes.empty());
    sizes.push_back(page.notes.size());
    after = page.notes.back().id;
    more = page.more;
  }
  // The fourth of them passes a mebibyte.
  EXPECT_EQ(sizes, (std::vector<std::size_t>{4, 4, 2}));
  EXPECT_EQ(bench_.list(anna_, "", 2).value().notes.size(), 2U);
}

TEST_P(store_contract, replaces_a_note) {
  const auto made = made_note(1);
  ASSERT_EQ(bench_.add(anna_, made), core::error_code{});
  const note_change to{{"new", "words"}, made.created + 5s, 77};
  auto wanted = made;
  wanted.content = to.content;
  wanted.updated = to.now;
  wanted.revision = 77;
  EXPECT_EQ(bench_.replace(anna_, made.id, to).value(), wanted);
  EXPECT_EQ(bench_.find(anna_, made.id).value(), wanted);
  EXPECT_EQ(bench_.replace(anna_, made_note(2).id, to).error(), errc::not_found);
}

TEST_P(store_contract, changes_a_note_under_its_condition_only) {
  const auto made = made_note(1);
  ASSERT_EQ(bench_.add(anna_, made), core::error_code{});
  const note_change to{{"new", "words"}, made.created, ~std::uint64_t{0}};
  using list = std::vector<std::uint64_t>;
  for (const auto& failing : {condition{list{}}, condition{list{7}}, condition{{}, {made.revision}},
                              condition{list{made.revision}, {made.revision}}}) {
    EXPECT_EQ(bench_.replace(anna_, made.id, to, failing).error(), errc::changed);
    EXPECT_EQ(bench_.remove(anna_, made.id, failing), errc::changed);
    EXPECT_EQ(bench_.remove(anna_, made_note(9).id, failing), errc::not_found);
  }
  EXPECT_EQ(bench_.find(anna_, made.id).value(), made);
  EXPECT_TRUE(bench_.replace(anna_, made.id, to, {list{7, made.revision}, {8}}).has_value());
  // The same condition a second time: somebody else was first.
  EXPECT_EQ(bench_.replace(anna_, made.id, to, {list{7, made.revision}}).error(), errc::changed);
  EXPECT_EQ(bench_.remove(anna_, made.id, {list{~std::uint64_t{0}}}), core::error_code{});
  EXPECT_EQ(bench_.remove(anna_, made.id), errc::not_found);
}

TEST_P(store_contract, takes_many_calls_at_once) {
  constexpr unsigned many = 200;
  std::vector<core::error_code> outcomes(many, errc::unavailable);
  unsigned ended = 0;
  const auto add_one = [&](unsigned i) -> async::task<> {
    outcomes[i] = co_await bench_.store().add(anna_, made_note(i), soon());
    ++ended;
  };
  for (unsigned i = 0; i < many; ++i) {
    async::asio::co_spawn(bench_.io(), add_one(i), async::asio::detached);
  }
  bench_.io().restart();
  while (ended < many) bench_.io().run_one();
  EXPECT_EQ(outcomes, std::vector<core::error_code>(many));
  EXPECT_EQ(bench_.list(anna_, "", many).value().notes.size(), many);
}

// Of those that change one revision into another one alone can be first.
TEST_P(store_contract, lets_one_of_many_changes_win) {
  const auto made = made_note(1);
  ASSERT_EQ(bench_.add(anna_, made), core::error_code{});
  unsigned ended = 0;
  unsigned won = 0;
  const auto change = [&](unsigned i) -> async::task<> {
    const note_change to{{"by " + std::to_string(i), ""}, made.created, 5000 + i};
    condition when;
    add_if_match(when, entity_tag_of(made.revision));
    const auto outcome = co_await bench_.store().replace(anna_, made.id, to, when, soon());
    if (outcome.has_value()) {
      ++won;
    } else {
      EXPECT_EQ(outcome.error(), errc::changed);
    }
    ++ended;
  };
  for (unsigned i = 0; i < 20; ++i) {
    async::asio::co_spawn(bench_.io(), change(i), async::asio::detached);
  }
  bench_.io().restart();
  while (ended < 20) bench_.io().run_one();
  EXPECT_EQ(won, 1U);
}

TEST_P(store_contract, begins_nothing_behind_its_deadline) {
  const auto made = made_note(1);
  const core::deadline passed{std::chrono::steady_clock::now() - 1s};
  EXPECT_EQ(bench_.add(anna_, made, passed), errc::timed_out);
  EXPECT_EQ(bench_.find(anna_, made.id).error(), errc::not_found);
}

std::vector<kind_of_store> kinds() {
  return {{"sqlite", make_sqlite}, {"postgres", make_postgres}};
}

INSTANTIATE_TEST_SUITE_P(stores, store_contract, testing::ValuesIn(kinds()), support::case_name);

}  // namespace
}  // namespace latchkey::store
