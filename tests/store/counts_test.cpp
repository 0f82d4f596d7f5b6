#include <latchkey/store/counts.hpp>
#include <latchkey/store/errc.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string_view>

namespace latchkey::store {
namespace {

using namespace std::chrono_literals;

TEST(store_counts, are_of_an_operation_by_what_became_of_it) {
  counts all;
  all.add(operation::create, {}, 300us);
  all.add(operation::create, errc::full, 30ms);
  all.add(operation::create, boost::system::errc::make_error_code(boost::system::errc::io_error),
          9s);
  all.add(operation::list, errc::busy, 0s);
  const auto made = all.of(operation::create);
  EXPECT_EQ(made.results[0], 1U);
  EXPECT_EQ(made.results[static_cast<std::size_t>(errc::full)], 1U);
  EXPECT_EQ(made.results[static_cast<std::size_t>(errc::unavailable)], 1U);
  EXPECT_EQ(made.durations.front(), 1U);
  EXPECT_EQ(made.durations.back(), 1U);
  EXPECT_NEAR(made.seconds, 9.0303, 1e-6);
  EXPECT_EQ(all.of(operation::list).results[static_cast<std::size_t>(errc::busy)], 1U);
  EXPECT_EQ(all.of(operation::read).results[0], 0U);
}

TEST(store_counts, have_a_name_for_every_result) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < result_count; ++i) names.insert(result_name(i));
  EXPECT_EQ(names.size(), result_count);
  EXPECT_FALSE(names.contains("unknown"));
  EXPECT_EQ(result_name(result_count), "unknown");
}

}  // namespace
}  // namespace latchkey::store
