#include "exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::issuer {
namespace {

using http::status;
using support::field_of;
using support::text_of;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* jwks_path = "/.well-known/jwks.json";

// A listener that only keeps what it was to show.
struct recorded {
  std::vector<const fault_kind*> shown;
  std::uint64_t connections = 0;
  core::error_code failure;

  async::task<core::error_code> show(const fault_kind* wanted) {
    shown.push_back(wanted);
    co_return failure;
  }
  listener as_listener(bool secure) {
    return {[this](const fault_kind* wanted) { return show(wanted); },
            [this] { return connections; }, secure};
  }
};

std::string kind(std::string_view name) {
  return "{\"kind\":\"" + std::string{name} + "\"}";
}

TEST(fault_control, answers_or_takes_the_connection_over) {
  recorded at;
  exchange with{{}, at.as_listener(true)};
  for (const auto& one : fault_kinds()) {
    ASSERT_EQ(with.control("fail", kind(one.name)).code(), status::no_content) << one.name;
    if (one.name == "slow") continue;  // over a socket
    const auto answer = with.get(jwks_path);
    const bool taken = one.by() == shown_by::bytes || one.by() == shown_by::listener;
    EXPECT_EQ(std::holds_alternative<http::tunnel>(answer.body), taken) << one.name;
  }
  const auto stats = json_of(with.get("/control/stats"));
  for (const auto& one : fault_kinds()) {
    if (one.by() == shown_by::certificate || one.name == "slow") continue;
    EXPECT_EQ(stats.at("faults").at(std::string{one.name}), 1) << one.name;
  }
}

TEST(fault_control, lists_what_there_is) {
  exchange with;
  const auto listed = json_of(with.get("/control/faults")).at("faults").as_array();
  EXPECT_EQ(listed.size(), fault_kinds().size());
  EXPECT_EQ(listed.front().at("kind"), "not-found");
  EXPECT_EQ(listed.front().at("description"), "404");
}

TEST(fault_control, leads_elsewhere) {
  settings wanted;
  wanted.url = "https://[::1]:9400";
  exchange with{wanted};
  const auto location = [&](const std::string& order) {
    with.control("fail", order);
    const auto answer = with.get(jwks_path);
    EXPECT_EQ(answer.code(), status::found);
    return field_of(answer, "location");
  };
  EXPECT_EQ(location(kind("redirect-self")), "https://[::1]:9400/.well-known/jwks.json");
  EXPECT_EQ(location(kind("redirect-http")), "http://[::1]:9400/.well-known/jwks.json");
  EXPECT_EQ(location(kind("redirect-host")), "http://127.0.0.2:9400/.well-known/jwks.json");
  EXPECT_EQ(location(R"({"kind":"redirect-host","location":"/b"})"), "/b");
  with.control("fail", R"({"kind":"redirect-self","document":"configuration"})");
  EXPECT_EQ(field_of(with.get("/.well-known/openid-configuration"), "location"),
            "https://[::1]:9400/.well-known/openid-configuration");
}

TEST(fault_control, changes_the_listener_once_for_each_change) {
  recorded at;
  exchange with{{}, at.as_listener(true)};
  with.control("fail", kind("error"));
  with.control("fail", kind("refuse"));
  with.control("fail", kind("refuse"));
  with.control("fail", kind("expired"));
  with.control("fail", R"({"kind":"error","document":"configuration"})");
  with.control("fail", kind("error"));
  with.control("fail", R"({"kind":"self-signed","document":"configuration"})");
  with.control("heal");
  with.control("reset");
  EXPECT_THAT(at.shown, ElementsAre(find_kind("refuse"), find_kind("expired"), nullptr,
                                    find_kind("self-signed"), nullptr));
}

TEST(fault_control, counts_a_certificate_by_connections) {
  recorded at;
  at.connections = 3;
  exchange with{{}, at.as_listener(true)};
  with.control("reset");
  at.connections = 5;
  with.control("fail", kind("expired"));
  at.connections = 9;
  with.get(jwks_path);
  with.control("heal");
  at.connections = 20;
  const auto stats = json_of(with.get("/control/stats"));
  EXPECT_EQ(stats.at("connections"), 17);
  EXPECT_EQ(stats.at("faults"), (boost::json::object{{"expired", 4}}));
  with.control("reset");
  EXPECT_EQ(json_of(with.get("/control/stats")).at("connections"), 0);
}

TEST(fault_control, heals_without_forgetting) {
  exchange with;
  with.control("fail", kind("no-keys"));
  EXPECT_EQ(text_of(with.get(jwks_path)), R"({"keys":[]})");
  EXPECT_EQ(with.control("heal").code(), status::no_content);
  EXPECT_THAT(text_of(with.get(jwks_path)), HasSubstr("\"k1\""));
  const auto stats = json_of(with.get("/control/stats"));
  EXPECT_EQ(stats.at("faults").at("no-keys"), 1);
  EXPECT_EQ(stats.at("requests").at("GET /.well-known/jwks.json"), 2);
}

TEST(fault_control, says_what_cannot_be_shown) {
  exchange without;
  EXPECT_EQ(without.control("fail", kind("refuse")).code(), status::bad_request);
  recorded at;
  exchange plain{{}, at.as_listener(false)};
  const auto refused = plain.control("fail", kind("wrong-host"));
  EXPECT_EQ(refused.code(), status::bad_request);
  EXPECT_THAT(text_of(refused), HasSubstr("wrong-host needs an issuer that serves TLS"));
  EXPECT_EQ(text_of(plain.get(jwks_path)).find("keys"), 2U);
  EXPECT_TRUE(at.shown.empty());
  at.failure = make_error_code(boost::system::errc::too_many_files_open);
  EXPECT_THAT(text_of(plain.control("fail", kind("refuse"))), HasSubstr("listener"));
}

}  // namespace
}  // namespace latchkey::issuer
