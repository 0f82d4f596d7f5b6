#include <latchkey/jose/claim_path.hpp>

#include <gtest/gtest.h>

#include <memory_resource>
#include <string>

namespace latchkey::jose {
namespace {

// The integer at that path, or 0 where it leads nowhere.
std::int64_t found(const std::string& claims, std::string_view path) {
  std::pmr::monotonic_buffer_resource memory;
  const auto parsed = parse_json_view(claims, {}, memory);
  if (!parsed) return -1;
  const auto claim = find_claim(*parsed, path);
  return claim ? claim->integer().value_or(-2) : 0;
}

TEST(claim_path, leads_to_a_claim) {
  const struct {
    const char* claims;
    std::string_view path;
    std::int64_t value;
  } cases[] = {
      {R"({"a":1})", "a", 1},
      {R"({"a":1})", "b", 0},
      {R"({"a":{"b":1}})", "a.b", 1},
      {R"({"a":{"b":{"c":1}}})", "a.b.c", 1},
      {R"({"a":{"b":{"c":1}}})", "a.b", -2},
      {R"({"a":{"b":1}})", "a.b.c", 0},
      {R"({"a":{"b":1}})", "b", 0},
      {R"({"a":1})", "a.b", 0},
      {R"({"a":[{"b":1}]})", "a.b", 0},
      {R"({"a":[1]})", "a.0", 0},
      {R"({"a":null})", "a.b", 0},
      // The very name comes first, at each level.
      {R"({"a.b":1,"a":{"b":2}})", "a.b", 1},
      {R"({"a":{"b":2},"a.b":1})", "a.b", 1},
      {R"({"a":{"b.c":1,"b":{"c":2}}})", "a.b.c", 1},
      {R"({"a.b":{"c":1},"a":{"b":{"c":2}}})", "a.b.c", 1},
      // What is no object does not stand in the way of one.
      {R"({"a.b":5,"a":{"b":{"c":1}}})", "a.b.c", 1},
      // Names with dots of their own.
      {R"({"resource_access":{"my.client":{"roles":1}}})", "resource_access.my.client.roles", 1},
      {R"({"https://idp.example/claims":{"roles":1}})", "https://idp.example/claims.roles", 1},
      {R"({"https://idp.example/roles":1})", "https://idp.example/roles", 1},
      {R"({"":{"":1}})", ".", 1},
      {R"({"":{"a":1}})", ".a", 1},
      {R"({"a":{"":1}})", "a.", 1},
      {R"({"a":1})", "", 0},
      {R"({"a":1})", "...", 0},
  };
  for (const auto& [claims, path, value] : cases) {
    EXPECT_EQ(found(claims, path), value) << path << " in " << claims;
  }
}

}  // namespace
}  // namespace latchkey::jose
