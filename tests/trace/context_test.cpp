#include <latchkey/trace/context.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::trace {
namespace {

const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr span_context meant{
    {0x4bf92f3577b34da6, 0xa3ce929d0e0e4736}, {0x00f067aa0ba902b7}, sampled_flag};

std::string with(std::size_t at, const std::string& text) {
  auto made = good;
  return made.replace(at, text.size(), text);
}

TEST(traceparent, is_read_and_written_alike) {
  EXPECT_EQ(parse_traceparent(good), meant);
  const auto text = to_traceparent(meant);
  EXPECT_EQ(view_of(text), good);
  EXPECT_EQ(view_of(text_of(meant.trace)), good.substr(3, 32));
  EXPECT_EQ(view_of(text_of(meant.span)), good.substr(36, 16));
}

TEST(traceparent, of_the_flags_those_that_are_known_are_kept) {
  const std::pair<const char*, unsigned> cases[] = {{"00", 0}, {"01", 1}, {"02", 2}, {"03", 3},
                                                    {"fe", 2}, {"ff", 3}, {"80", 0}};
  for (const auto& [text, flags] : cases) {
    const auto made = parse_traceparent(with(53, text));
    ASSERT_TRUE(made) << text;
    EXPECT_EQ(made->flags, flags) << text;
    EXPECT_EQ(made->is_sampled(), (flags & 1U) != 0) << text;
  }
}

TEST(traceparent, of_a_later_version_its_beginning_counts) {
  EXPECT_EQ(parse_traceparent(with(0, "01")), meant);
  EXPECT_EQ(parse_traceparent(with(0, "fe")), meant);
  EXPECT_EQ(parse_traceparent(with(0, "cc") + "-what-the-future-will-be-like"), meant);
  EXPECT_EQ(parse_traceparent(with(0, "cc") + "-"), meant);
  EXPECT_FALSE(parse_traceparent(with(0, "cc") + ".what"));
  EXPECT_FALSE(parse_traceparent(with(0, "cc") + "0"));
}

TEST(traceparent, anything_else_is_none) {
  const std::string cases[] = {
      "",
      "00",
      good.substr(0, 54),
      good + "0",
      good + "-",
      good + "-00",
      " " + good,
      good + " ",
      with(0, "ff"),
      with(0, "0x"),
      with(0, "0A"),
      with(3, std::string(32, '0')),
      with(36, std::string(16, '0')),
      with(3, "4BF92F"),
      with(36, "00F067AA0BA902B7"),
      with(3, "g"),
      with(53, "0g"),
      with(53, "0A"),
      with(2, "_"),
      with(35, "_"),
      with(52, "_"),
      with(10, std::string(1, '\0')),
      good + "," + good,
  };
  for (const auto& one : cases) EXPECT_FALSE(parse_traceparent(one)) << one;
}

TEST(tracestate, is_a_list_of_members) {
  const std::string good_ones[] = {
      "a=1",
      "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
      "a=1, b=2 ,\tc=3",
      "a=1,,b=2,",
      "fw529a3039@dt=FfffffbZ",
      "0tenant@sys=x",
      "a_-*/9=!\"#$%&'()*+-./:;<>?@[]^_`{|}~ x",
      std::string(256, 'k') + "=v",
      "k=" + std::string(256, 'v'),
  };
  for (const auto& one : good_ones) EXPECT_TRUE(is_tracestate(one)) << one;
}

TEST(tracestate, anything_else_is_left_out) {
  std::string many = "k0=1";
  for (int i = 1; i < 33; ++i) many += ",k" + std::to_string(i) + "=1";
  const std::string bad_ones[] = {
      "",
      ",",
      "a",
      "a=",
      "=1",
      "A=1",
      "a=b=c",
      "a =1",
      "a=\x7f",
      "a=\xc3\xa4",
      "a=1;b=2\n",
      "a=1,b",
      "-a=1",
      "@a=1",
      many,
      std::string(257, 'k') + "=v",
      "k=" + std::string(257, 'v'),
      "k=" + std::string(200, 'v') + ",l=" + std::string(200, 'v') + ",m=" + std::string(200, 'v'),
  };
  for (const auto& one : bad_ones) EXPECT_FALSE(is_tracestate(one)) << one;
  EXPECT_TRUE(is_tracestate(many.substr(0, many.rfind(','))));
}

}  // namespace
}  // namespace latchkey::trace
