#include "support/pki.hpp"

#include <doctor/certificate_facts.hpp>
#include <gmock/gmock.h>
#include <openssl/err.h>

#include <chrono>

namespace latchkey::doctor {
namespace {

using support::make_certificate;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(doctor_certificate_facts, of_one_that_is_signed_by_itself) {
  const auto made = make_certificate();
  const auto facts = read_certificate_facts(made.pem, made.key_pem);
  EXPECT_EQ(facts.count, 1U);
  EXPECT_THAT(facts.names, ElementsAre("localhost", "127.0.0.1"));
  EXPECT_TRUE(facts.self_signed);
  EXPECT_THAT(facts.authority, HasSubstr("latchkey test"));
  EXPECT_TRUE(facts.has_key);
  EXPECT_EQ(facts.of_key, 0U);
  EXPECT_FALSE(facts.out_of_order);
  EXPECT_EQ(facts.until - facts.from, std::chrono::seconds{7200});
}

TEST(doctor_certificate_facts, of_a_chain_in_order_and_not) {
  const auto root = make_certificate("DNS:root", -3600, 9000, nullptr, "root");
  const auto middle = make_certificate("DNS:middle", -1800, 9000, &root, "middle");
  const auto own = make_certificate("DNS:a.example,IP:::1", -3600, 3600, &middle, "own");
  const auto good = read_certificate_facts(own.pem + middle.pem, own.key_pem);
  EXPECT_EQ(good.count, 2U);
  EXPECT_THAT(good.names, ElementsAre("a.example", "::1"));
  EXPECT_FALSE(good.self_signed);
  EXPECT_THAT(good.authority, HasSubstr("root"));
  EXPECT_EQ(good.of_key, 0U);
  EXPECT_FALSE(good.out_of_order);
  // All of them are valid only where the shortest is.
  EXPECT_EQ(good.until - good.from, std::chrono::seconds{3600 + 1800});

  EXPECT_EQ(read_certificate_facts(middle.pem + own.pem, own.key_pem).of_key, 1U);
  EXPECT_EQ(read_certificate_facts(own.pem + root.pem + middle.pem, own.key_pem).out_of_order, 1U);
  EXPECT_EQ(read_certificate_facts(own.pem + middle.pem + own.pem, own.key_pem).out_of_order, 2U);
  // The right name, another key.
  const auto impostor = make_certificate("DNS:x", -3600, 9000, nullptr, "middle");
  EXPECT_EQ(read_certificate_facts(own.pem + impostor.pem, own.key_pem).out_of_order, 1U);
}

TEST(doctor_certificate_facts, of_a_key_that_is_another_s_or_none) {
  const auto made = make_certificate();
  const auto others = read_certificate_facts(made.pem, make_certificate().key_pem);
  EXPECT_TRUE(others.has_key);
  EXPECT_FALSE(others.of_key);
  EXPECT_FALSE(read_certificate_facts(made.pem, made.pem).has_key);
  EXPECT_FALSE(read_certificate_facts(made.pem, "").has_key);
  EXPECT_EQ(read_certificate_facts("", made.key_pem).count, 0U);
  EXPECT_EQ(read_certificate_facts(made.key_pem, made.key_pem).count, 0U);
  EXPECT_EQ(ERR_peek_error(), 0UL);
}

}  // namespace
}  // namespace latchkey::doctor
