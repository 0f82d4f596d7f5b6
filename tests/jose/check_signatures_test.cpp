#include <latchkey/jose/check_signatures.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/signature.hpp>
#include <latchkey/jose/verifier.hpp>

#include <gtest/gtest.h>
#include <support/mint.hpp>
#include <support/reference_kernel.hpp>

#include <deque>
#include <random>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

key public_key(const signing_key& pair) {
  return parse_jwk(parse_json(pair.public_jwk()).value().get_object()).value();
}

// Tokens of several keys and algorithms, good and bad, each with the algorithm it states.
struct sample {
  std::string text;
  token parsed;
  algorithm alg;
  const key* by;
};

// All kernels of this processor, and those of the tests, which are always there.
std::vector<const rsa_batch_kernel*> all_kernels() {
  std::vector<const rsa_batch_kernel*> made{
      &support::reference_kernel<8>, &support::reference_kernel<4>, &support::reference_kernel<3>};
  for (const auto kind : rsa_batch_kinds) {
    if (const auto* const kernel = find_rsa_batch_kernel(kind)) made.push_back(kernel);
  }
  return made;
}

// Those of this processor, which may have none; that of the tests; none.
std::vector<const rsa_single_kernel*> all_single_kernels() {
  return {find_rsa_single_kernel(rsa_single_kind::ifma),
          find_rsa_single_kernel(rsa_single_kind::adx), &support::reference_single_kernel, nullptr};
}

class check_signatures_test : public testing::Test {
 protected:
  check_signatures_test() {
    for (const auto one : {algorithm::rs256, algorithm::rs256, algorithm::rs384, algorithm::ps256,
                           algorithm::es256, algorithm::eddsa}) {
      pairs_.push_back(signing_key::generate(one, "k"));
      keys_.push_back(public_key(pairs_.back()));
      algorithms_.push_back(one);
    }
    pairs_.push_back(signing_key::generate(3072, "k"));
    keys_.push_back(public_key(pairs_.back()));
    algorithms_.push_back(algorithm::rs256);
  }

  // `by` may be another's key, and one character of the signature may be another.
  void add(std::size_t pair, std::size_t by, bool spoiled) {
    auto text = pairs_[pair].sign_claims("{\"n\":" + std::to_string(samples_.size()) + "}");
    if (spoiled) {
      auto& character = text[text.rfind('.') + 7];
      character = character == 'A' ? 'B' : 'A';
    }
    auto parsed = parse_token(text).value();
    samples_.push_back({std::move(text), std::move(parsed), algorithms_[pair], &keys_[by]});
    // The views are of the text where it lies now.
    samples_.back().parsed = parse_token(samples_.back().text).value();
  }

  std::vector<signature_job> jobs() const {
    std::vector<signature_job> made;
    for (const auto& one : samples_) made.push_back({&one.parsed, one.alg, one.by, {}});
    return made;
  }

  void expect_same_as_one_by_one(const std::vector<signature_job>& decided) const {
    for (std::size_t i = 0; i < decided.size(); ++i) {
      EXPECT_EQ(decided[i].outcome,
                check_signature(samples_[i].parsed, samples_[i].alg, *samples_[i].by))
          << i;
    }
  }

  std::vector<signing_key> pairs_;
  std::deque<key> keys_;
  std::vector<algorithm> algorithms_;
  std::deque<sample> samples_;
};

TEST_F(check_signatures_test, decides_as_one_by_one_whatever_comes_together) {
  std::mt19937 chance{256};
  for (int round = 0; round < 12; ++round) {
    samples_.clear();
    for (auto left = chance() % 30; left > 0; --left) {
      const auto pair = chance() % 2 == 0 ? chance() % 2 : chance() % pairs_.size();
      add(pair, chance() % 8 == 0 ? chance() % keys_.size() : pair, chance() % 4 == 0);
    }
    auto kernels = all_kernels();
    kernels.push_back(nullptr);
    for (const auto* kernel : kernels) {
      for (const auto* single : all_single_kernels()) {
        auto all = jobs();
        const auto taken = check_signatures(all, {kernel, single});
        EXPECT_EQ(taken.batch + taken.single + taken.openssl, all.size());
        if (kernel == nullptr) {
          EXPECT_EQ(taken.batch, 0U);
        }
        if (single == nullptr) {
          EXPECT_EQ(taken.single, 0U);
        }
        expect_same_as_one_by_one(all);
      }
    }
  }
}

TEST_F(check_signatures_test, takes_the_kernel_where_it_pays) {
  const struct {
    const char* name;
    std::size_t fitting;
    std::size_t others;
    std::size_t by_eight;
    std::size_t by_four;
  } cases[] = {
      {"none", 0, 0, 0, 0},
      {"one alone", 1, 0, 0, 0},
      {"two", 2, 0, 2, 2},
      {"four", 4, 0, 4, 4},
      {"one more than four", 5, 0, 5, 4},
      {"two more", 6, 0, 6, 6},
      {"eight", 8, 0, 8, 8},
      {"one more than eight", 9, 0, 8, 8},
      {"two more than eight", 10, 0, 10, 10},
      {"one among others", 1, 3, 0, 0},
      {"two among others", 2, 3, 2, 2},
  };
  for (const auto& each : cases) {
    samples_.clear();
    for (std::size_t i = 0; i < each.others; ++i) add(2 + i, 2 + i, false);
    for (std::size_t i = 0; i < each.fitting; ++i) add(i % 2, i % 2, false);
    for (const auto* kernel : all_kernels()) {
      if (kernel->lanes != 8 && kernel->lanes != 4) continue;
      auto all = jobs();
      const auto batch = kernel->lanes == 8 ? each.by_eight : each.by_four;
      const auto taken = check_signatures(all, {kernel});
      EXPECT_EQ(taken.batch, batch) << each.name << ", " << kernel->name;
      EXPECT_EQ(taken.openssl, each.fitting + each.others - batch) << each.name;
      for (const auto& job : all) EXPECT_FALSE(job.outcome.failed()) << each.name;
    }
  }
}

TEST_F(check_signatures_test, takes_openssl_for_less_than_the_kernel_pays_for) {
  auto kernel = support::reference_kernel<8>;
  kernel.min_batch = 3;
  for (const std::size_t count : {1U, 2U, 3U, 10U, 11U}) {
    samples_.clear();
    for (std::size_t i = 0; i < count; ++i) add(0, 0, false);
    auto all = jobs();
    const auto rest = count % 8;
    EXPECT_EQ(check_signatures(all, {&kernel}).batch, rest < 3 ? count - rest : count) << count;
  }
}

TEST_F(check_signatures_test, takes_the_kernel_for_single_ones_where_a_pass_takes_longer) {
  auto kernel = support::reference_kernel<8>;
  kernel.min_beside_ifma = 6;
  kernel.min_beside_adx = 3;
  auto slower = support::reference_single_kernel;
  slower.kind = rsa_single_kind::adx;
  const struct {
    const rsa_single_kernel* single;
    std::size_t least;
  } cases[] = {{&support::reference_single_kernel, 6}, {&slower, 3}};
  for (const auto& [single, least] : cases) {
    for (const std::size_t count : {1U, 2U, 3U, 5U, 6U, 8U, 13U, 14U}) {
      samples_.clear();
      for (std::size_t i = 0; i < count; ++i) add(0, 0, i == 0);
      add(2, 2, false);  // RS384
      add(3, 3, false);  // PS256
      auto all = jobs();
      const auto taken = check_signatures(all, {&kernel, single});
      const auto rest = count % 8;
      const auto alone = rest < least ? rest : 0;
      EXPECT_EQ(taken.batch, count - alone) << count;
      EXPECT_EQ(taken.single, alone + 1) << count;
      EXPECT_EQ(taken.openssl, 1U) << count;
      expect_same_as_one_by_one(all);
    }
  }
}

TEST_F(check_signatures_test, what_fits_a_kernel_for_single_ones) {
  EXPECT_TRUE(fits_single(algorithm::rs256, keys_[0]));
  EXPECT_TRUE(fits_single(algorithm::rs384, keys_[0]));
  EXPECT_TRUE(fits_single(algorithm::rs512, keys_[0]));
  EXPECT_FALSE(fits_single(algorithm::ps256, keys_[0]));
  EXPECT_FALSE(fits_single(algorithm::es256, keys_[0]));
  EXPECT_FALSE(fits_single(algorithm::es256, keys_[4])) << "P-256";
  EXPECT_FALSE(fits_single(algorithm::rs256, keys_[4])) << "P-256";
  EXPECT_FALSE(fits_single(algorithm::rs256, keys_.back())) << "3072 bits";
}

TEST_F(check_signatures_test, only_rs256_and_keys_of_2048_bits_fit) {
  EXPECT_TRUE(fits_batch(algorithm::rs256, keys_[0]));
  EXPECT_FALSE(fits_batch(algorithm::rs384, keys_[0]));
  EXPECT_FALSE(fits_batch(algorithm::ps256, keys_[0]));
  EXPECT_FALSE(fits_batch(algorithm::rs256, keys_[2])) << "the JWK says RS384";
  EXPECT_FALSE(fits_batch(algorithm::rs256, keys_[4])) << "P-256";
  EXPECT_FALSE(fits_batch(algorithm::rs256, keys_.back())) << "3072 bits";
}

}  // namespace
}  // namespace latchkey::jose
