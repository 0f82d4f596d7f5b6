#include "support/cases.hpp"

#include <latchkey/net/pem_file.hpp>

#include <doctor/judge_certificate.hpp>
#include <gmock/gmock.h>

#include <string>

namespace latchkey::doctor {
namespace {

using std::chrono::days;
using testing::HasSubstr;

constexpr core::wall_time now{std::chrono::seconds{1'795'435'200}};
const named_pair files{"server.tls", "a.pem", "a.key"};

certificate_facts sound() {
  certificate_facts facts;
  facts.count = 2;
  facts.names = {"a.example"};
  facts.authority = "CN = Root";
  facts.from = now - days{1};
  facts.until = now + days{60};
  facts.has_key = true;
  facts.of_key = 0;
  return facts;
}

struct certificate_case {
  const char* name;
  void (*change)(certificate_facts& facts);
  grade worst;
  const char* found;  // of that one
  const char* advice;
};

const certificate_case certificates[] = {
    {"sound", [](auto&) {}, grade::ok, "", ""},
    {"nothing_in_it", [](auto& f) { f.count = 0; }, grade::fault, "a.pem holds no certificate",
     "name the PEM file"},
    {"no_key",
     [](auto& f) {
       f.has_key = false;
       f.of_key.reset();
     },
     grade::fault, "a.key holds no private key", "not encrypted"},
    {"another_key", [](auto& f) { f.of_key.reset(); }, grade::fault,
     "the key a.key does not belong to the certificate a.pem", "name the key"},
    {"not_the_first", [](auto& f) { f.of_key = 1; }, grade::fault,
     "the key belongs to certificate 2 of the file a.pem", "own certificate first"},
    {"no_names", [](auto& f) { f.names.clear(); }, grade::warning, "no name in subjectAltName",
     "have one made"},
    {"expired", [](auto& f) { f.until = now; }, grade::fault, "a.pem has expired, on 2026-11-23",
     "have it renewed"},
    {"expired_and_our_own",
     [](auto& f) {
       f.until = now;
       f.self_signed = true;
     },
     grade::fault, "has expired",
     "have a new one made; for development: move both files away, then latchkey init "
     "--dev-certificate --certificate a.pem --private-key a.key"},
    {"not_yet", [](auto& f) { f.from = now + days{1}; }, grade::fault,
     "is not valid before 2026-11-24", "clock"},
    {"soon_over", [](auto& f) { f.until = now + days{3}; }, grade::warning, ", in 3 days",
     "have it renewed"},
    {"over_tomorrow", [](auto& f) { f.until = now + days{1}; }, grade::warning, ", within two days",
     "have it renewed"},
    {"in_disorder", [](auto& f) { f.out_of_order = 1; }, grade::warning,
     "certificate 2 of the file a.pem did not sign the one before it", "put them in order"},
    {"signed_by_itself",
     [](auto& f) {
       f.self_signed = true;
       f.count = 1;
     },
     grade::warning, "signed by itself", "for development"},
    {"alone", [](auto& f) { f.count = 1; }, grade::warning,
     "it stands alone; it is signed by CN = Root", "behind it in the file"},
};

class doctor_certificates : public testing::TestWithParam<certificate_case> {};

TEST_P(doctor_certificates, are_judged) {
  auto facts = sound();
  GetParam().change(facts);
  grade worst = grade::ok;
  finding told;
  for (const auto& one : judge_certificate(files, facts, now)) {
    EXPECT_EQ(one.advice.empty(), one.state == grade::ok) << one.found;
    if (one.state <= worst) continue;
    worst = one.state;
    told = one;
  }
  EXPECT_EQ(worst, GetParam().worst) << told.found;
  EXPECT_THAT(told.found, HasSubstr(GetParam().found));
  EXPECT_THAT(told.advice, HasSubstr(GetParam().advice));
}

INSTANTIATE_TEST_SUITE_P(all, doctor_certificates, testing::ValuesIn(certificates),
                         support::case_name);

TEST(doctor_certificate, whose_end_lies_past_the_clock_is_sound) {
  auto facts = sound();
  facts.until = net::last_moment;
  const auto all = judge_certificate(files, facts, now);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].state, grade::ok);
  EXPECT_EQ(all[1].found, "a.pem is valid until 2200-01-01T00:00:00.000Z or later");
}

}  // namespace
}  // namespace latchkey::doctor
