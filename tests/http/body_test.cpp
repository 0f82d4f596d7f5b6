#include "support/run.hpp"

#include <latchkey/http/body.hpp>
#include <latchkey/http/errc.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace latchkey::http {
namespace {

// Gives `text` in pieces of `step` bytes, then `end`.
struct pieces {
  std::shared_ptr<std::string> text;
  std::size_t step;
  core::error_code end{};

  async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
    if (text->empty() && end) co_return end;
    const auto size = std::min({step, out.size(), text->size()});
    std::copy_n(text->begin(), size, out.begin());
    text->erase(0, size);
    co_return size;
  }
};

core::result<std::string> read_all(std::string text, std::size_t step, std::size_t limit,
                                   core::error_code end = {}) {
  boost::asio::io_context io;
  body from{pieces{std::make_shared<std::string>(std::move(text)), step, end}};
  return support::run(io, from.read_all(limit));
}

TEST(body, without_a_reader_is_empty) {
  boost::asio::io_context io;
  body none;
  EXPECT_EQ(support::run(io, none.read_all(10)).value(), "");
}

TEST(body, reads_to_the_end_in_any_pieces) {
  const std::string text(40'000, 'x');
  EXPECT_EQ(read_all(text, 1'000'000, 50'000).value(), text);
  EXPECT_EQ(read_all(text, 777, 50'000).value(), text);
}

TEST(body, takes_exactly_the_limit_and_refuses_a_byte_more) {
  EXPECT_EQ(read_all("12345", 2, 5).value(), "12345");
  EXPECT_EQ(read_all("123456", 2, 5).error(), errc::body_too_large);
  EXPECT_EQ(read_all("1", 1, 0).error(), errc::body_too_large);
  EXPECT_EQ(read_all("", 1, 0).value(), "");
  EXPECT_EQ(read_all("12345", 2, std::numeric_limits<std::size_t>::max()).value(), "12345");
}

TEST(body, passes_errors_on) {
  EXPECT_EQ(read_all("abc", 2, 10, errc::body_cut_off).error(), errc::body_cut_off);
}

TEST(body, holds_bytes_that_were_read_already) {
  boost::asio::io_context io;
  const std::string text(40'000, 'x');
  body held{std::string{text}};
  EXPECT_EQ(held.length(), text.size());
  EXPECT_FALSE(held.done());
  EXPECT_FALSE(held.is_too_large());
  held.allow({.bytes = 1});
  auto moved = std::move(held);
  std::string piece(30'000, ' ');
  EXPECT_EQ(support::run(io, moved.read_some(piece)).value(), piece.size());
  EXPECT_EQ(piece, text.substr(0, piece.size()));
  EXPECT_EQ(support::run(io, moved.read_all(10'000)).value().size(), 10'000U);
  EXPECT_TRUE(moved.done());
  EXPECT_EQ(moved.length(), text.size());
}

}  // namespace
}  // namespace latchkey::http
