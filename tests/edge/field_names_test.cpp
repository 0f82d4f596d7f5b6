#include <latchkey/edge/field_names.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::edge {
namespace {

TEST(field_names, are_folded_as_servers_fold_them) {
  EXPECT_EQ(fold("X-User"), "x_user");
  EXPECT_EQ(fold("x_user"), "x_user");
  EXPECT_EQ(fold("X.USER"), "x_user");
  EXPECT_EQ(fold("x1~2"), "x1_2");
  EXPECT_EQ(fold(""), "");
}

TEST(known_names, knows_names_in_every_spelling) {
  known_names names;
  names.set("x-tenant", field_role::identity);
  const struct {
    std::string name;
    field_role role;
    bool exact;
  } cases[] = {
      {"X-Tenant", field_role::identity, true},
      {"x_tenant", field_role::identity, false},
      {"x-tenants", field_role::passed, true},
      {"TE", field_role::hop, true},
      {"t-e", field_role::passed, true},
      {"Content_Type", field_role::passed, true},
      {"content_length", field_role::hop, false},
      {"X-Forwarded-For", field_role::history, true},
      {"X-Forwarded-Anything", field_role::told, true},
      {"x_forwarded_anything", field_role::told, true},
      {"X-Auth-Request-Groups", field_role::identity, true},
      {"x-ssl-client-" + std::string(100, 'a'), field_role::identity, true},
      {std::string(200, 'a'), field_role::passed, true},
      {"", field_role::passed, true},
  };
  for (const auto& one : cases) {
    const auto found = names.find(one.name);
    EXPECT_EQ(found.role, one.role) << one.name;
    EXPECT_EQ(found.exact, one.exact) << one.name;
  }
  EXPECT_THROW(names.set("", field_role::identity), std::invalid_argument);
  EXPECT_THROW(names.set(std::string(65, 'a'), field_role::identity), std::invalid_argument);
}

TEST(known_names, are_as_many_as_are_set) {
  known_names names;
  for (int i = 0; i < 1000; ++i) names.set("x-" + std::to_string(i), field_role::identity);
  names.set("x-7", field_role::passed);
  names.set("host", field_role::identity);
  EXPECT_EQ(names.find("x-0").role, field_role::identity);
  EXPECT_EQ(names.find("X_999").role, field_role::identity);
  EXPECT_FALSE(names.find("X_999").exact);
  EXPECT_EQ(names.find("x-7").role, field_role::passed);
  EXPECT_EQ(names.find("x-1000").role, field_role::passed);
  EXPECT_EQ(names.find("host").role, field_role::identity);
  EXPECT_EQ(known_names{}.find("host").role, field_role::host);
}

}  // namespace
}  // namespace latchkey::edge
