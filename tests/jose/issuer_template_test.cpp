#include <latchkey/jose/issuer_template.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::jose {
namespace {

const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
const std::string of_entra = "https://login.microsoftonline.com/{tenantid}/v2.0";

TEST(issuer_template, has_the_placeholder_once_as_a_segment_of_the_path) {
  for (const auto* good :
       {"https://login.microsoftonline.com/{tenantid}/v2.0", "https://sts.windows.net/{tenantid}/",
        "https://idp.example/{tenantid}", "https://idp.example/a/{tenantid}/b"}) {
    EXPECT_TRUE(is_issuer_template(good)) << good;
  }
  for (const auto* bad :
       {"", "{tenantid}", "/{tenantid}", "https://idp.example/", "https://{tenantid}/",
        "https://{tenantid}.idp.example/{tenantid}", "https://idp.example/{tenantid}/{tenantid}",
        "https://idp.example/x{tenantid}", "https://idp.example/{tenantid}x",
        "https://idp.example/{tenant}/", "https://idp.example/{TENANTID}/", "https:///{tenantid}",
        "https://idp.example?{tenantid}", "https://idp.example/?a=/{tenantid}",
        "https://idp.example/{tenantid}?a", "https://idp.example/{tenantid}#a",
        "https://idp.example{tenantid}", "://a/{tenantid}"}) {
    EXPECT_FALSE(is_issuer_template(bad)) << bad;
  }
}

TEST(issuer_template, a_tenant_is_a_uuid_in_lower_case) {
  EXPECT_TRUE(is_tenant_id(tenant));
  for (const std::string& bad : {std::string{}, std::string{"common"}, tenant.substr(1),
                                 tenant + "0", std::string{"8A6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11"},
                                 std::string{"8a6f2c1e0-f0d-4b53-9d0c-7d2f6d1f9b11"},
                                 std::string{"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b1g"},
                                 std::string{"8a6f2c1e/0f0d/4b53/9d0c/7d2f6d1f9b11"},
                                 std::string{"{8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b"}}) {
    EXPECT_FALSE(is_tenant_id(bad)) << bad;
  }
}

TEST(issuer_template, gives_the_tenant_of_a_name) {
  const auto name = "https://login.microsoftonline.com/" + tenant + "/v2.0";
  EXPECT_EQ(tenant_of(of_entra, name), tenant);
  EXPECT_EQ(issuer_of(of_entra, tenant), name);
  EXPECT_EQ(issuer_of(name, tenant), name);
  for (const std::string& bad : {of_entra, name + "/", name.substr(1),
                                 std::string{"https://login.microsoftonline.com/common/v2.0"},
                                 std::string{"https://login.microsoftonline.com//v2.0"},
                                 std::string{"https://login.microsoftonline.com/v2.0"},
                                 "https://login.microsoftonline.com/" + tenant + "/v1.0",
                                 "https://evil.example/" + tenant + "/v2.0",
                                 "https://login.microsoftonline.com/" + tenant + "/x/v2.0"}) {
    EXPECT_EQ(tenant_of(of_entra, bad), std::nullopt) << bad;
  }
  EXPECT_EQ(tenant_of(name, name), std::nullopt) << "no template";
}

}  // namespace
}  // namespace latchkey::jose
