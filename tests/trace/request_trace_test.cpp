#include <latchkey/trace/request_trace.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

namespace latchkey::trace {
namespace {

constexpr std::uint64_t all56 = (std::uint64_t{1} << 56U) - 1;

// Gives these one after the other.
random_source giving(std::vector<std::uint64_t> values) {
  return [values = std::move(values), at = std::size_t{0}]() mutable {
    return values.at(at++ % values.size());
  };
}

TEST(ratio_sampler, takes_the_largest_of_56_bits) {
  const ratio_sampler none{0};
  const ratio_sampler half{0.5};
  const ratio_sampler all{1};
  const std::uint64_t middle = std::uint64_t{1} << 55U;
  for (const std::uint64_t bits : {std::uint64_t{0}, middle - 1, middle, all56}) {
    EXPECT_FALSE(none.samples(bits)) << bits;
    EXPECT_TRUE(all.samples(bits)) << bits;
    EXPECT_EQ(half.samples(bits), bits >= middle) << bits;
    // The rest of an id says nothing.
    EXPECT_EQ(half.samples(bits | ~all56), bits >= middle) << bits;
  }
  for (const double bad : {-0.1, 1.1, 0.0 / 0.0}) {
    EXPECT_THROW(ratio_sampler{bad}, std::invalid_argument);
  }
}

TEST(ratio_sampler, takes_its_share) {
  const ratio_sampler sampler{0.25};
  std::uint64_t bits = 1;
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    bits = bits * 6364136223846793005U + 1442695040888963407U;
    taken += sampler.samples(bits >> 8U) ? 1 : 0;
  }
  EXPECT_NEAR(taken, 25'000, 1'000);
}

TEST(begin_trace, one_of_its_own_is_sampled_by_its_id) {
  const ratio_sampler half{0.5};
  for (const std::uint64_t low : {std::uint64_t{1}, all56}) {
    const auto random = giving({7, 11, low});
    const auto made = begin_trace({}, true, half, random);
    EXPECT_TRUE(made.on);
    EXPECT_EQ(made.here.span, span_id{7});
    EXPECT_EQ(made.here.trace, (trace_id{11, low}));
    EXPECT_FALSE(made.parent.is_set());
    EXPECT_EQ(made.here.is_sampled(), low == all56);
    EXPECT_EQ(made.here.flags & random_flag, random_flag);
  }
}

TEST(begin_trace, who_is_trusted_says_whether_it_is_sampled) {
  struct {
    bool trusted, flag, ours, sampled;
  } const cases[] = {
      {true, true, false, true},   {true, false, true, false},  {true, true, true, true},
      {true, false, false, false}, {false, true, false, false}, {false, false, true, true},
  };
  for (const auto& one : cases) {
    const span_context parent{{1, 2}, {3}, one.flag ? sampled_flag : std::uint8_t{0}};
    const auto random = giving({7, 8});
    const auto made = begin_trace(parent, one.trusted, ratio_sampler{one.ours ? 1.0 : 0.0}, random);
    EXPECT_EQ(made.here.trace, parent.trace);
    EXPECT_EQ(made.parent, parent.span);
    EXPECT_EQ(made.here.span, span_id{7});
    EXPECT_EQ(made.here.is_sampled(), one.sampled);
    EXPECT_EQ(made.here.flags & random_flag, 0);
  }
}

// Else a client could have every request of its own recorded.
TEST(begin_trace, an_id_that_a_client_chose_does_not_decide) {
  const span_context parent{{1, all56}, {3}, sampled_flag};
  const ratio_sampler half{0.5};
  EXPECT_FALSE(begin_trace(parent, false, half, giving({7, 0})).here.is_sampled());
  EXPECT_TRUE(begin_trace({{{1, 0}, {3}, 0}}, false, half, giving({7, all56})).here.is_sampled());
}

TEST(begin_trace, no_id_is_all_zeros) {
  const auto random = giving({0});
  const auto made = begin_trace({}, false, ratio_sampler{0}, random);
  EXPECT_TRUE(made.here.trace.is_set());
  EXPECT_TRUE(made.here.span.is_set());
  EXPECT_TRUE(made.child().span.is_set());
}

TEST(begin_trace, a_child_has_an_id_of_its_own_and_the_same_flags) {
  const auto random = giving({7, 11, 12, 13});
  const auto made = begin_trace({}, false, ratio_sampler{1}, random);
  const auto child = made.child();
  EXPECT_EQ(child.trace, made.here.trace);
  EXPECT_EQ(child.span, span_id{13});
  EXPECT_EQ(child.flags, sampled_flag | random_flag);
}

TEST(random_bits, differ) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_bits());
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace latchkey::trace
