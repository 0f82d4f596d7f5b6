#include "verify/report.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr jose::rsa_batch_kernel jose_kernel{"Wide and fast", "wide_fast", 4, 2, 3, 3, nullptr};
constexpr jose::rsa_single_kernel single_kernel{"Deep", "deep", nullptr};

verify_report full() {
  verify_report made;
  made.where = {"Some CPU", 2, "Linux 6", "gcc 12", "3.0", "0.1.0", true};
  made.token_bytes = 850;
  made.kernels = {&jose_kernel, &single_kernel};
  made.stages = {{"raw_openssl", 4000, {58000.4, 50000, 60000}, {1, 1, 1}, {1.1, 1, 1}},
                 {"token_single", 4000, {53000, 45000, 54000}, {0.91379, 0.9, 0.92}, {1, 1, 1}}};
  made.steps = {{"split", {30.25, 30, 31}}, {"digest", {600, 590, 700}}};
  made.threads = {{1, {53000, 1, 2}, {1, 1, 1}, {190000, 1, 2}, {1, 1, 1}, {1, 1, 1}},
                  {2, {105000, 1, 2}, {1.98, 1, 2}, {380000, 1, 2}, {2, 1, 2}, {0.961, 0.9, 1}}};
  made.keys = {{"ES256", 256, {9000, 1, 2}, {8500, 1, 2}, {0.944, 1, 2}}};
  return made;
}

TEST(report, json_has_the_rates_at_the_top) {
  const auto json = json_of(full());
  EXPECT_EQ(json.at("raw_openssl_per_s"), 58000);
  EXPECT_EQ(json.at("token_single_per_s"), 53000);
  EXPECT_EQ(json.at("batch_available"), true);
  EXPECT_EQ(json.at("batch_kernel"), "wide_fast");
  EXPECT_EQ(json.at("single_kernel"), "deep");
  EXPECT_EQ(json.at("version"), "0.1.0");
  EXPECT_FALSE(json.contains("stopped"));
}

TEST(report, json_has_every_part) {
  const auto json = json_of(full());
  const auto& single = json.at("stages").as_array().at(1).as_object();
  EXPECT_EQ(single.at("stage"), "token_single");
  EXPECT_EQ(single.at("ratio_to_raw_openssl").at("median"), 0.9138);
  EXPECT_EQ(single.at("ratio_to_token_single").at("median"), 1.0);
  EXPECT_EQ(single.at("per_s").at("least"), 45000);
  EXPECT_EQ(json.at("steps_ns").at("split"), 30.25);
  EXPECT_EQ(json.at("threads").at(1).at("token_single_scaling"), 1.98);
  EXPECT_EQ(json.at("threads").at(1).at("had_cores"), 0.961);
  EXPECT_EQ(json.at("keys").at(0).at("algorithm"), "ES256");
  EXPECT_EQ(json.at("machine").at("cpu"), "Some CPU");
  EXPECT_EQ(json.at("settings").at("time"), "cpu");
}

TEST(report, what_was_not_measured_is_not_there) {
  auto report = full();
  report.steps.clear();
  report.keys.clear();
  report.stopped = true;
  const auto json = json_of(report);
  EXPECT_FALSE(json.contains("steps_ns"));
  EXPECT_FALSE(json.contains("keys"));
  EXPECT_EQ(json.at("stopped"), true);
  const auto text = text_of(report);
  EXPECT_THAT(text, Not(HasSubstr("step by step")));
  EXPECT_THAT(text, Not(HasSubstr("ES256")));
  EXPECT_THAT(text, HasSubstr("Stopped"));
}

TEST(report, text_has_every_part) {
  const auto text = text_of(full());
  EXPECT_THAT(text, HasSubstr("Some CPU"));
  EXPECT_THAT(text, HasSubstr("4,000 tokens of 850 bytes"));
  EXPECT_THAT(text, HasSubstr("53,000"));
  EXPECT_THAT(text, HasSubstr("0.91"));
  EXPECT_THAT(text, HasSubstr("digest"));
  EXPECT_THAT(text, HasSubstr("1.98"));
  EXPECT_THAT(text, HasSubstr("96 %"));
  EXPECT_THAT(text, HasSubstr("ES256"));
  EXPECT_TRUE(text.ends_with("\n"));
}

TEST(report, text_says_where_a_batch_is_none) {
  EXPECT_THAT(text_of(full()), Not(HasSubstr("one by one")));
  EXPECT_THAT(text_of(full()), HasSubstr("Batches of 4 by Wide and fast."));
  auto report = full();
  report.kernels.batch = nullptr;
  EXPECT_EQ(json_of(report).at("batch_available"), false);
  EXPECT_TRUE(json_of(report).at("batch_kernel").is_null());
  EXPECT_THAT(text_of(report), HasSubstr("No batch kernel for this processor"));
  report.options.batch = batch_choice::off;
  EXPECT_THAT(text_of(report), HasSubstr("switched off"));
}

TEST(report, text_says_what_checks_single_signatures) {
  auto report = full();
  EXPECT_THAT(text_of(report), HasSubstr("Single signatures by Deep."));
  report.kernels.single = nullptr;
  EXPECT_TRUE(json_of(report).at("single_kernel").is_null());
  EXPECT_THAT(text_of(report), HasSubstr("Single signatures by OpenSSL."));
}

}  // namespace
}  // namespace latchkey::bench
