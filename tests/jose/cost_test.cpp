// What the dearest tokens cost beside a valid one: no token makes a server work a hundred times as
// hard. Prints a table; the bounds of the parsers and of the keys are what keeps it true.
#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <gtest/gtest.h>
#include <support/mint.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

// What no token may cost, in times of a valid one. Printed, not asserted: machines are noisy, and
// without optimisation our own code takes several times as long while the signature does not.
constexpr double max_times = 100;

constexpr core::wall_time now{std::chrono::seconds{1'795'434'824}};
const claim_rules rules{.issuer = "https://idp.example/", .audiences = {"account"}};

// Of this thread, in microseconds: the least of some runs, since others disturb.
double cost_of(const std::function<void()>& work) {
  const auto spent = [] {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
  };
  auto least = std::numeric_limits<double>::max();
  for (int i = 0; i < 12; ++i) {
    const auto start = spent();
    work();
    least = std::min(least, spent() - start);
  }
  return least;
}

class Cost : public testing::Test {
 protected:
  void show(const std::string& name, double cost, const std::string& outcome) const {
    std::cout << "[   cost   ] " << std::left << std::setw(34) << name << std::right << std::fixed
              << std::setprecision(1) << std::setw(8) << cost << " us " << std::setw(6)
              << cost / valid << " x  " << outcome
              << (cost < max_times * valid ? "" : "  MORE THAN A TOKEN MAY COST") << '\n';
    // The case is worth nothing if the token falls at the first hurdle.
    EXPECT_NE(outcome, "token_too_large") << name;
    EXPECT_NE(outcome, "bad_json") << name;
    EXPECT_NE(outcome, "json_too_large") << name;
    EXPECT_NE(outcome, "duplicate_name") << name;
  }

  void expect_bounded(const std::string& name, const std::string& text, const key_set& by) const {
    std::string outcome;
    const auto cost = cost_of([&] {
      const auto who = verify(text, by, rules, {.algorithms = algorithm_set::all()}, now);
      outcome = who ? "accepted" : reason(who.error());
    });
    show(name, cost, outcome);
  }
  void expect_bounded(const std::string& name, const std::string& text) const {
    expect_bounded(name, text, *keys);
  }

  const std::shared_ptr<const key_set> keys = *key_set::parse(support::jwks());
  const std::string good = support::mint();
  const double valid = cost_of([this] { ASSERT_TRUE(verify(good, *keys, rules, {}, now)); });
};

// The members of a valid token's claims, as many elements as a token has room for, and an end.
struct filling {
  std::string name;
  std::string start;
  std::function<std::string(int)> element;
  std::string end;
  int most = 10'000;  // elements, where the values in them are counted
};

const std::vector<filling>& fillings() {
  const auto same = [](const std::string& text) { return [text](int) { return text; }; };
  const auto numbered = [](const std::string& before, const std::string& after) {
    return [=](int number) { return before + std::to_string(number) + after; };
  };
  static const std::vector<filling> all{
      {"many numbers", R"("a":[)", same("1,"), "1]", 2000},
      {"many fractions", R"("a":[)", same("1.5e3,"), "1]"},
      {"many empty objects", R"("a":[)", same("{},"), "1]", 2000},
      {"many small objects", R"("a":[)", same(R"({"a":0},)"), "1]", 660},
      {"many deep arrays", R"("a":[)", same("[[[[[[[[[[[[]]]]]]]]]]]],"), "1]", 165},
      {"many names", "", numbered("\"", "\":0,"), R"("z":0)", 240},
      {"many texts", R"("a":[)", numbered("\"", "\","), "1]"},
      {"a text of escapes", R"("a":")", same("\\u00e9"), "\""},
      {"a long number", R"("a":0.)", same("9"), "9"},
      {"many audiences", R"("a":0,"aud":[)", numbered("\"", "\","), R"("account"])"},
      {"many scopes", R"("scp":[)", numbered("\"", "\","), R"("z"])"},
      {"many scopes in one text", R"("scp":")", numbered("", " "), "z\""},
      {"as many scopes as allowed", R"("scp":")",
       [](int i) { return i < 510 ? std::to_string(100 + i) + ' ' : std::string(16'384, ' '); },
       "z\""},
      {"one scope again and again", R"("scp":")",
       [](int i) { return i < 400 ? std::to_string(100 + i) + ' ' : std::string{"499 "}; }, "z\""},
  };
  return all;
}

std::string filled(const filling& with, const std::string& before) {
  constexpr std::size_t header_and_signature = 512;
  const auto room = (token_limits{}.bytes - header_and_signature) / 4 * 3 - before.size();
  auto text = with.start;
  for (int i = 0; i < with.most; ++i) {
    const auto element = with.element(i);
    if (text.size() + element.size() + with.end.size() > room) break;
    text += element;
  }
  return before + text + with.end + '}';
}

TEST_F(Cost, of_a_token_full_of_claims_is_bounded) {
  for (const auto& one : fillings()) {
    const auto is_audience = one.name == "many audiences";
    auto claims = support::claims_json({.audience = is_audience ? "" : "account"});
    claims.back() = ',';
    expect_bounded(one.name, support::issuer_key().sign_claims(filled(one, claims)));
  }
}

TEST_F(Cost, of_a_header_full_of_members_is_bounded) {
  for (const auto& one : fillings()) {
    if (one.name == "many audiences") continue;
    expect_bounded("header: " + one.name,
                   support::issuer_key().sign(filled(one, R"({"alg":"RS256","kid":"k1",)"), "{}"));
  }
}

// Objects of as many members as one may have, whose names their hash tables keep in one place, so
// that each new one is compared with all before. Where a table begins cannot be known; its address
// may be any multiple of 8.
std::string colliding_objects(std::uint64_t salt, std::size_t bytes) {
  constexpr std::uint64_t places = json_limits{}.members;
  std::string object = "{";
  std::uint64_t found = 0;
  for (std::uint64_t number = 0; found < places; ++number) {
    std::string name;
    for (auto rest = number; name.size() < 4; rest /= 44) {
      name += static_cast<char>('0' + rest % 44);
    }
    auto hash = 0xcbf29ce484222325ULL + salt;  // FNV-1a
    for (const auto byte : name) {
      hash = (static_cast<unsigned char>(byte) ^ hash) * 0x100000001B3ULL;
    }
    if (hash % places != 0) continue;
    object += '"' + name + "\":0,";
    ++found;
  }
  object.back() = '}';
  std::string all = R"({"alg":"RS256","kid":"k1","z":[)" + object;
  // Each object takes two values a member, and there is one more for itself.
  const auto most = (token_limits{}.values - 16) / (2 * places + 1);
  for (std::size_t i = 1; i < most && all.size() + object.size() < bytes; ++i) all += ',' + object;
  return all + "]}";
}

TEST_F(Cost, of_names_made_to_collide_is_bounded) {
  // A token of the usual limit, and one of the largest that can be configured.
  for (const auto bytes : {token_limits{}.bytes, std::size_t{65'536}}) {
    double most = 0;
    std::string outcome;
    for (std::uint64_t salt = 0; salt < json_limits{}.members; salt += 8) {
      const auto part = core::base64url_encode(colliding_objects(salt, bytes * 3 / 8 - 16));
      const auto text = part + '.' + part + ".AQID";
      ASSERT_LE(text.size(), bytes);
      most = std::max(most, cost_of([&] {
                        const auto parsed = parse_token(text, {.bytes = bytes});
                        outcome = parsed ? "parsed" : reason(parsed.error());
                      }));
    }
    show("names that collide, " + std::to_string(bytes), most, outcome);
    EXPECT_EQ(outcome, "parsed");
  }
}

TEST_F(Cost, of_a_forged_signature_is_bounded) {
  auto forged = good;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  expect_bounded("a forged signature", forged);
  expect_bounded("no signature to speak of", forged.substr(0, forged.rfind('.')) + ".AQID");
}

// By keys that the issuer chose, for which its own tokens cost as much.
TEST_F(Cost, of_the_dearest_keys_is_bounded) {
  for (std::size_t i = 0; i < algorithm_count; ++i) {
    const auto by = static_cast<algorithm>(i);
    const auto pair = signing_key::generate(by, "k");
    expect_bounded(std::string{name_of(by)}, pair.sign_claims(support::claims_json()),
                   **key_set::parse(support::jwks(pair)));
  }
  // 8192 bits, and the largest exponent there may be. Its factors are nobody's: a forged signature
  // costs what a good one does.
  const auto modulus = [] {
    std::string bytes(1024, '\0');
    std::uint32_t state = 12345;
    for (auto& byte : bytes) {
      state = state * 1664525 + 1013904223;
      byte = static_cast<char>(state >> 24);
    }
    bytes.front() = '\x91';
    return bytes;
  };
  for (const auto* exponent : {"AQAB", "_____w"}) {
    core::result<std::shared_ptr<const key_set>> set = errc::no_usable_key;
    // Until one has no small factor.
    for (int last = 1; !set && last < 256; last += 2) {
      auto bytes = modulus();
      bytes.back() = static_cast<char>(last);
      set = key_set::parse(R"({"keys":[{"kty":"RSA","kid":"k","e":")" + std::string{exponent} +
                           R"(","n":")" + core::base64url_encode(bytes) + "\"}]}");
    }
    ASSERT_TRUE(set) << reason(set.error());
    const auto unsigned_token = core::base64url_encode(R"({"alg":"RS256","kid":"k"})") + '.' +
                                core::base64url_encode(support::claims_json());
    expect_bounded("8192 bits, e = " + std::string{exponent},
                   unsigned_token + '.' + core::base64url_encode(std::string(1024, '\x11')), **set);
  }
}

}  // namespace
}  // namespace latchkey::jose
