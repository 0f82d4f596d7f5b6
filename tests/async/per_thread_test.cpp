#include <latchkey/async/per_thread.hpp>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <set>

namespace latchkey::async {
namespace {

per_thread<std::size_t> numbered(const io_pool& pool) {
  return {pool, [](std::size_t index) { return std::make_unique<std::size_t>(index); }};
}

std::size_t* asked_on(io_pool& pool, std::size_t index, const per_thread<std::size_t>& of) {
  std::promise<std::size_t*> found;
  asio::post(pool.at(index), [&] { found.set_value(of.here()); });
  return found.get_future().get();
}

TEST(per_thread, makes_one_for_each_thread_of_the_pool) {
  const io_pool pool{3};
  const auto numbers = numbered(pool);
  ASSERT_EQ(numbers.all().size(), 3U);
  std::set<std::size_t> values;
  for (const auto& one : numbers.all()) values.insert(*one);
  EXPECT_EQ(values, (std::set<std::size_t>{0, 1, 2}));
}

TEST(per_thread, gives_each_thread_its_own_every_time) {
  io_pool pool{3};
  const auto numbers = numbered(pool);
  const io_pool_run running{pool};
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < pool.size(); ++i) {
      EXPECT_EQ(asked_on(pool, i, numbers), numbers.all()[i].get());
    }
  }
}

TEST(per_thread, has_nothing_for_other_threads) {
  io_pool pool{2};
  io_pool other{2};
  const auto numbers = numbered(pool);
  const io_pool_run running{other};
  EXPECT_EQ(numbers.here(), nullptr);
  EXPECT_EQ(asked_on(other, 0, numbers), nullptr) << "an index counts in its own pool only";
  EXPECT_EQ(asked_on(other, 1, numbers), nullptr);
}

TEST(per_thread, a_scope_makes_the_caller_a_thread_of_the_pool_until_it_ends) {
  const io_pool pool{2};
  const io_pool other{1};
  const auto numbers = numbered(pool);
  {
    const io_pool::thread_scope second{pool, 1};
    EXPECT_EQ(numbers.here(), numbers.all()[1].get());
    {
      const io_pool::thread_scope elsewhere{other, 0};
      EXPECT_EQ(numbers.here(), nullptr);
    }
    EXPECT_EQ(numbers.here(), numbers.all()[1].get());
  }
  EXPECT_EQ(numbers.here(), nullptr);
}

}  // namespace
}  // namespace latchkey::async
