#include <latchkey/net/tls_budget.hpp>

#include <gtest/gtest.h>

namespace latchkey::net {
namespace {

TEST(tls_budget, cuts_a_call_short_after_so_many_reads_or_bytes) {
  tls_budget many;
  many.begin_call();
  for (unsigned i = 0; i < tls_budget::reads_a_call; ++i) {
    ASSERT_TRUE(many.may_read());
    many.has_read(1);
  }
  EXPECT_FALSE(many.cut_short()) << "the call may have had all it wanted";
  EXPECT_FALSE(many.may_read());
  EXPECT_TRUE(many.cut_short());
  many.begin_call();
  EXPECT_FALSE(many.cut_short());
  EXPECT_TRUE(many.may_read());

  tls_budget large;
  large.begin_call();
  large.has_read(tls_budget::bytes_a_call);
  EXPECT_FALSE(large.may_read());
}

TEST(tls_budget, gives_up_a_peer_that_sends_messages_alone) {
  tls_budget one;
  for (unsigned i = 0; i < tls_budget::messages_without_data; ++i) one.message();
  EXPECT_FALSE(one.flooded());
  one.data();
  for (unsigned i = 0; i < tls_budget::messages_without_data; ++i) one.message();
  EXPECT_FALSE(one.flooded()) << "counted from the last data";
  one.message();
  EXPECT_TRUE(one.flooded());
  EXPECT_FALSE(one.may_read());
}

TEST(tls_budget, gives_up_a_peer_whose_bytes_become_neither_message_nor_data) {
  tls_budget one;
  const std::size_t piece = tls_budget::bytes_a_call;
  std::size_t taken = 0;
  while (!one.flooded()) {
    one.begin_call();
    ASSERT_TRUE(one.may_read());
    one.has_read(piece);
    taken += piece;
    ASSERT_LE(taken, tls_budget::bytes_without_data + piece);
  }
  EXPECT_GT(taken, tls_budget::bytes_without_data);
  one.data();
  EXPECT_FALSE(one.flooded());
}

}  // namespace
}  // namespace latchkey::net
