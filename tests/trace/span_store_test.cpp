#include <latchkey/trace/span_store.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <vector>

namespace latchkey::trace {
namespace {

span numbered(std::uint64_t number) {
  span made;
  made.context.span = {number};
  return made;
}

void add_on(const async::io_pool& pool, std::size_t thread, span_store& to,
            const std::vector<std::uint64_t>& numbers) {
  const async::io_pool::thread_scope here{pool, thread};
  for (const auto one : numbers) to.add(numbered(one));
}

std::vector<std::uint64_t> taken(span_store& from, std::size_t most) {
  std::vector<span> spans;
  from.take(spans, most);
  std::vector<std::uint64_t> numbers;
  for (const auto& one : spans) numbers.push_back(one.context.span.value);
  return numbers;
}

TEST(span_store, takes_in_turn_from_all_threads) {
  const async::io_pool pool{3};
  span_store store{pool, 30};
  add_on(pool, 0, store, {1, 2, 3});
  add_on(pool, 2, store, {4});
  EXPECT_EQ(store.size(), 4U);
  EXPECT_EQ(taken(store, 2), (std::vector<std::uint64_t>{1, 4}));
  EXPECT_EQ(taken(store, 10), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(taken(store, 10), (std::vector<std::uint64_t>{}));
  EXPECT_EQ(store.dropped(), 0U);
}

// One thread that is busy among many has all of it.
TEST(span_store, the_limit_is_of_all_threads_together) {
  const async::io_pool pool{8};
  span_store store{pool, 4};
  add_on(pool, 0, store, {1, 2, 3});
  add_on(pool, 1, store, {4, 5});
  EXPECT_EQ(store.size(), 4U);
  EXPECT_EQ(store.dropped(), 1U);
  store.set_limit(6);
  add_on(pool, 0, store, {6, 7, 8});
  EXPECT_EQ(store.size(), 6U);
  EXPECT_EQ(store.dropped(), 2U);
  store.set_limit(1);
  EXPECT_EQ(store.size(), 6U) << "what is there stays";
  taken(store, 100);
  EXPECT_EQ(store.size(), 0U);
  add_on(pool, 1, store, {9, 10});
  EXPECT_EQ(store.size(), 1U);
}

TEST(span_store, what_comes_from_elsewhere_or_is_discarded_is_dropped) {
  const async::io_pool pool{2};
  span_store store{pool, 4};
  store.add(numbered(1));
  EXPECT_EQ(store.dropped(), 1U);
  add_on(pool, 0, store, {2});
  add_on(pool, 1, store, {3});
  store.discard();
  EXPECT_EQ(store.size(), 0U);
  EXPECT_EQ(store.dropped(), 3U);
}

TEST(span_store, threads_add_while_another_takes) {
  constexpr std::uint64_t each = 5'000;
  const async::io_pool pool{3};
  span_store store{pool, 300};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    threads.emplace_back([&pool, &store, i] {
      const async::io_pool::thread_scope here{pool, i};
      for (std::uint64_t number = 1; number <= each; ++number) store.add(numbered(number));
    });
  }
  std::uint64_t got = 0;
  while (got + store.dropped() < 3 * each) got += taken(store, 64).size();
  for (auto& one : threads) one.join();
  EXPECT_EQ(got + store.dropped(), 3 * each);
}

}  // namespace
}  // namespace latchkey::trace
