#include "edge/made_fields.hpp"

#include <latchkey/edge/certificate_headers.hpp>
#include <latchkey/edge/header_rules.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

core::client_certificate ann() {
  core::client_certificate made;
  made.subject = "CN=ann,O=Example";
  made.issuer = "CN=root";
  made.serial = "0A";
  made.sha256 = "qrvM";
  made.dns = {"a.example", "b.example"};
  made.uris = {"spiffe://example/a,b"};
  return made;
}

// The fields, or what is at fault.
std::vector<std::string> fields_of(const core::client_certificate* client,
                                   const std::vector<claim_header>& headers,
                                   const claim_limits& limits = {}) {
  const auto of_certificate = certificate_headers(headers);
  field_list list;
  if (const auto fault = add_certificate(client, of_certificate, limits, list)) {
    return {"fault: " + std::string{fault->name} + ' ' + std::string{reason(fault->error)}};
  }
  std::vector<std::string> all;
  for (const auto& one : list.fields()) {
    all.push_back(std::string{one.name} + ": " + std::string{one.value});
  }
  return all;
}

TEST(certificate_headers, say_what_is_asked_for_and_there) {
  const auto client = ann();
  const std::vector<claim_header> all{
      {.name = "x-a", .claim = "cert.subject"}, {.name = "x-b", .claim = "cert.issuer"},
      {.name = "x-c", .claim = "cert.serial"},  {.name = "x-d", .claim = "cert.sha256"},
      {.name = "x-e", .claim = "cert.san.dns"}, {.name = "x-f", .claim = "cert.san.email"},
      {.name = "x-g", .claim = "sub"}};
  EXPECT_THAT(fields_of(&client, all),
              ElementsAre("x-a: CN=ann,O=Example", "x-b: CN=root", "x-c: 0A", "x-d: qrvM",
                          "x-e: a.example,b.example"));
  EXPECT_THAT(fields_of(nullptr, all), IsEmpty());
}

TEST(certificate_headers, are_written_in_the_form_asked_for) {
  const auto client = ann();
  using enum claim_form;
  const auto one = [&client](const char* claim, claim_form form, const char* separator = ",") {
    return fields_of(&client, {{.name = "x", .claim = claim, .form = form, .separator = separator}})
        .at(0);
  };
  EXPECT_EQ(one("cert.subject", json), "x: \"CN=ann,O=Example\"");
  EXPECT_EQ(one("cert.subject", percent), "x: CN%3Dann%2CO%3DExample");
  EXPECT_EQ(one("cert.serial", base64url), "x: MEE");
  EXPECT_EQ(one("cert.san.dns", json), "x: [\"a.example\",\"b.example\"]");
  EXPECT_EQ(one("cert.san.dns", plain, "; "), "x: a.example; b.example");
  EXPECT_EQ(one("cert.san.dns", base64url), "x: WyJhLmV4YW1wbGUiLCJiLmV4YW1wbGUiXQ");
  EXPECT_EQ(one("cert.san.uri", plain), "fault: x claim_not_sendable") << "has the separator";
  EXPECT_EQ(one("cert.san.uri", percent), "x: spiffe%3A%2F%2Fexample%2Fa%2Cb");
}

TEST(certificate_headers, refuse_what_a_reader_would_take_for_something_else) {
  auto client = ann();
  client.subject = "CN=a\\ ";
  client.dns = {"ba", "c"};
  EXPECT_THAT(fields_of(&client, {{.name = "x", .claim = "cert.subject"}}),
              ElementsAre("fault: x claim_not_sendable"));
  EXPECT_THAT(fields_of(&client, {{.name = "x", .claim = "cert.san.dns", .separator = "aa"}}),
              ElementsAre("fault: x claim_not_sendable"));
  client.subject = "CN=" + std::string(100, 'a');
  EXPECT_THAT(fields_of(&client, {{.name = "x", .claim = "cert.subject"}}, {.value = 50}),
              ElementsAre("fault: x claims_too_large"));
  client.subject = "";
  EXPECT_THAT(fields_of(&client, {{.name = "x", .claim = "cert.subject"}}), IsEmpty());
}

TEST(certificate_headers, are_the_certificates_whatever_a_token_says) {
  header_settings settings;
  settings.claims = {{.name = "x-subject", .claim = "cert.subject"},
                     {.name = "x-user", .claim = "sub"}};
  const header_rules rules{settings};
  const auto client = ann();
  const http::field spoofed[] = {
      {"host", "a.example"}, {"X-Subject", "CN=root"}, {"x_subject", "CN=root"}};
  http::request_head head;
  head.fields.assign(std::begin(spoofed), std::end(spoofed));
  core::principal who;
  who.claims = R"({"sub":"bob","cert":{"subject":"CN=root"},"cert.subject":"CN=root"})";
  const core::client_certificate* const nobody = nullptr;
  const core::principal& asks = who;
  const core::principal* const no_token = nullptr;
  for (const core::client_certificate* const shown : {&client, nobody}) {
    for (const core::principal* const principal : {&asks, no_token}) {
      forwarded_request request{.head = head};
      request.principal = principal;
      request.certificate = shown;
      field_list list;
      forwarded_head made;
      ASSERT_FALSE(rules.make_fields(request, list, made));
      std::vector<std::string> subjects;
      for (const auto& one : list.fields()) {
        const std::string name{one.name};
        if (name == "x-subject" || name == "X-Subject" || name == "x_subject") {
          subjects.emplace_back(one.value);
        }
      }
      EXPECT_EQ(subjects.empty(), shown == nullptr);
      if (shown != nullptr) {
        EXPECT_THAT(subjects, ElementsAre("CN=ann,O=Example"));
      }
    }
  }
}

TEST(certificate_headers, are_known_by_name) {
  header_settings settings;
  settings.claims = {{.name = "x", .claim = "cert.subjekt"}};
  try {
    const header_rules made{settings};
    ADD_FAILURE();
  } catch (const std::invalid_argument& refused) {
    EXPECT_THAT(refused.what(),
                HasSubstr("\"cert.subjekt\" is nothing a client's certificate says"));
  }
  EXPECT_FALSE(certificate_part_of("sub"));
  EXPECT_FALSE(certificate_part_of("cert"));
  EXPECT_TRUE(certificate_part_of("cert.san.uri"));
}

}  // namespace
}  // namespace latchkey::edge
