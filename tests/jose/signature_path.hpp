// The ways in which a signature may be verified, as the parameter of a test: one at a time by
// OpenSSL or by a kernel for that, or in a batch among others, by each kernel. Not a test itself.
#pragma once

#include <latchkey/jose/digest.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jws.hpp>
#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/rsa_single.hpp>
#include <latchkey/jose/signature.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <support/mint.hpp>

#include <array>
#include <cstddef>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::jose {

enum class path_kind { openssl, single_ifma, single_adx, ifma, fma };

inline void PrintTo(path_kind kind, std::ostream* out) {
  constexpr std::array names{"openssl", "single_ifma", "single_adx", "ifma", "fma"};
  *out << names.at(static_cast<std::size_t>(kind));
}

// Null for those of one at a time, and where this processor has no such kernel.
inline const rsa_batch_kernel* kernel_of(path_kind kind) {
  if (kind == path_kind::ifma) return find_rsa_batch_kernel(rsa_batch_kind::ifma);
  if (kind == path_kind::fma) return find_rsa_batch_kernel(rsa_batch_kind::fma);
  return nullptr;
}
inline const rsa_single_kernel* single_kernel_of(path_kind kind) {
  if (kind == path_kind::single_ifma) return find_rsa_single_kernel(rsa_single_kind::ifma);
  if (kind == path_kind::single_adx) return find_rsa_single_kernel(rsa_single_kind::adx);
  return nullptr;
}

inline bool is_here(path_kind kind) {
  return kind == path_kind::openssl || kernel_of(kind) != nullptr ||
         single_kernel_of(kind) != nullptr;
}

// Verifies on one path, and counts. What has no path there goes to OpenSSL on all of them, as it
// does in the server.
class signature_path {
 public:
  explicit signature_path(path_kind kind)
      : kernel_{kernel_of(kind)}, single_{single_kernel_of(kind)} {}

  core::error_code check(algorithm by_algorithm, const key& by, std::string_view input,
                         std::span<const unsigned char> signature) {
    if (by_algorithm == algorithm::rs256 && is_batched(by)) {
      return check_among_others(by, sha256(input), signature);
    }
    count_alone(by_algorithm, by);
    return verify_signature(by_algorithm, by, input, signature, single_);
  }

  // RS256.
  core::error_code check_digest(const key& by, const sha256_value& digest,
                                std::span<const unsigned char> signature) {
    if (is_batched(by)) return check_among_others(by, digest, signature);
    count_alone(algorithm::rs256, by);
    return verify_rs256_digest(by, digest, signature, single_);
  }

  std::size_t batched() const { return batched_; }
  std::size_t single() const { return by_single_; }
  std::size_t openssl() const { return by_openssl_; }

 private:
  // A right and a wrong signature of a key, to stand beside the one that is asked for.
  struct other {
    explicit other(const signing_key& pair)
        : by{*parse_jwk(boost::json::parse(pair.public_jwk()).as_object())} {
      const auto token = pair.sign(R"({"alg":"RS256"})", pair.kid());
      const auto parsed = parse_jws(token);
      digest = sha256(parsed->signing_input());
      right.assign(parsed->signature().begin(), parsed->signature().end());
      wrong = right;
      wrong[wrong.size() / 2] ^= 4;
    }

    key by;
    sha256_value digest;
    std::vector<unsigned char> right;
    std::vector<unsigned char> wrong;
  };

  void count_alone(algorithm by_algorithm, const key& by) {
    ++(single_ != nullptr && fits_single(by_algorithm, by) ? by_single_ : by_openssl_);
  }

  bool is_batched(const key& by) const { return kernel_ != nullptr && by.batch(); }

  // In each lane in turn, in batches of 1 to 11, which is more than one pass takes.
  core::error_code check_among_others(const key& by, const sha256_value& digest,
                                      std::span<const unsigned char> signature) {
    static const std::array<other, 2> others{other{support::issuer_key()},
                                             other{support::second_key()}};
    const auto size = 1 + batched_ % 11;
    const auto place = batched_ / 11 % size;
    ++batched_;
    std::vector<rsa_batch_item> items;
    for (std::size_t i = 0; i < size; ++i) {
      const auto& one = others.at(i % 2);
      if (i == place) {
        items.push_back({by.batch(), signature, digest});
      } else {
        items.push_back({one.by.batch(), i % 3 == 0 ? one.wrong : one.right, one.digest});
      }
      items.back().valid = i % 2 != 0;  // to be overwritten
    }
    kernel_->verify(items);
    for (std::size_t i = 0; i < size; ++i) {
      if (i == place) continue;
      EXPECT_EQ(items[i].valid, i % 3 != 0) << "lane " << i << " of " << size;
    }
    return items[place].valid ? core::error_code{} : make_error_code(errc::bad_signature);
  }

  const rsa_batch_kernel* kernel_;
  const rsa_single_kernel* single_;
  std::size_t batched_ = 0;
  std::size_t by_single_ = 0;
  std::size_t by_openssl_ = 0;
};

// A family of cases, of which so many were accepted and refused.
struct tally {
  int accepted = 0;
  int refused = 0;

  void count(bool was_accepted) { ++(was_accepted ? accepted : refused); }
};

class SignaturePaths : public testing::TestWithParam<path_kind> {
 protected:
  // For the log of the tests: how many cases went which way.
  void report(const std::string& family, const tally& all) {
    RecordProperty(family + " accepted", all.accepted);
    RecordProperty(family + " refused", all.refused);
    std::cout << "[  counts  ] " << family << ": " << all.accepted << " accepted, " << all.refused
              << " refused; signatures: " << path.batched() << " in batches, " << path.single()
              << " by the kernel for single ones, " << path.openssl() << " by OpenSSL\n";
  }

  signature_path path{GetParam()};
};

inline std::string path_name(const testing::TestParamInfo<path_kind>& info) {
  return testing::PrintToString(info.param);
}

}  // namespace latchkey::jose

// Ends the test as skipped where it asks for a kernel that this processor does not have.
#define LATCHKEY_NEEDS_PATH(cases)                                             \
  if (!is_here(GetParam())) {                                                  \
    GTEST_SKIP() << "no such kernel here: " << (cases) << " cases not run by " \
                 << testing::PrintToString(GetParam());                        \
  }

#define LATCHKEY_ON_ALL_PATHS(suite)                                                     \
  INSTANTIATE_TEST_SUITE_P(                                                              \
      paths, suite,                                                                      \
      testing::Values(path_kind::openssl, path_kind::single_ifma, path_kind::single_adx, \
                      path_kind::ifma, path_kind::fma),                                  \
      path_name)
