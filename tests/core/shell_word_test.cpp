#include <latchkey/core/shell_word.hpp>

#include <gtest/gtest.h>

namespace latchkey::core {
namespace {

TEST(shell_word, is_quoted_where_a_shell_would_read_it_otherwise) {
  const struct {
    const char* text;
    const char* word;
  } cases[] = {
      {"conf/dev/server.pem", "conf/dev/server.pem"},
      {"verify.avx512=off", "verify.avx512=off"},
      {"", "''"},
      {"a b", "'a b'"},
      {"$HOME", "'$HOME'"},
      {"~/a", "'~/a'"},
      {"it's", R"('it'\''s')"},
      {"a\nb", "'a\nb'"},
  };
  for (const auto& one : cases) EXPECT_EQ(shell_word(one.text), one.word) << one.text;
}

}  // namespace
}  // namespace latchkey::core
