#include "now.hpp"
#include "support/temporary.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/embed/refusal.hpp>
#include <latchkey/embed/token_verifier.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace latchkey::embed {
namespace {

using namespace std::chrono_literals;

// Longer than anything takes that happens at all.
const verify_options patient{.patience = 60s};

struct token_verifier_test : testing::Test {
  issuer in_file() const {
    return {.rules = {.issuer = "https://idp.example/", .audiences = {"account"}},
            .jwks_file = folder_.path() / "jwks.json"};
  }

  support::temporary_folder folder_;
};

TEST_F(token_verifier_test, says_whose_token_it_is) {
  folder_.write("jwks.json", support::jwks());
  const token_verifier verifier{{.issuers = {in_file()}}};
  const auto got = verifier.verify(mint_now(), patient);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->issuer, "https://idp.example/");
  EXPECT_EQ(got->subject, "user1");
  EXPECT_TRUE(got->scopes.contains("example:note:read"));
  EXPECT_TRUE(verifier.ready());
}

TEST_F(token_verifier_test, refuses_what_is_wrong_with_a_token) {
  folder_.write("jwks.json", support::jwks());
  const token_verifier verifier{{.issuers = {in_file()}}};
  auto forged = mint_now();
  auto& letter = forged[forged.size() - 10];
  letter = letter == 'A' ? 'B' : 'A';
  const auto impostor = jose::signing_key::generate(2048, "k1");
  const auto headed = [](const char* header) {
    return support::issuer_key().sign(header, support::claims_json());
  };
  struct {
    std::string token;
    std::string_view reason;
  } const cases[] = {
      {"", "not_three_parts"},
      {forged, "bad_signature"},
      {mint_now({}, impostor), "bad_signature"},
      {mint_now({}, support::second_key()), "unknown_key"},
      {mint_now({.audience = "other"}), "audience_mismatch"},
      {mint_now({.issuer = "https://evil.example/"}), "issuer_unknown"},
      {mint_now({.issuer = ""}), "issuer_missing"},
      {mint_now({.lifetime = -100}), "expired"},
      {headed(R"({"alg":"none","kid":"k1"})"), "alg_not_allowed"},
      {headed(R"({"alg":"HS256","kid":"k1"})"), "alg_not_allowed"},
  };
  for (const auto& [token, reason] : cases) {
    const auto got = verifier.verify(token, patient);
    ASSERT_FALSE(got) << reason;
    EXPECT_EQ(refusal_of(got.error()).reason, reason);
  }
}

TEST_F(token_verifier_test, serves_many_threads_that_wait_for_the_first_keys) {
  folder_.write("jwks.json", support::jwks());
  const token_verifier verifier{{.issuers = {in_file()}}};
  const auto token = mint_now();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 4; ++n) good += verifier.verify(token, patient).has_value() ? 1 : 0;
    });
  }
  for (auto& one : threads) one.join();
  EXPECT_EQ(good, 32);
}

TEST_F(token_verifier_test, calls_back_at_once_where_the_keys_are_there) {
  folder_.write("jwks.json", support::jwks());
  const token_verifier verifier{{.issuers = {in_file()}}};
  ASSERT_TRUE(verifier.verify(mint_now(), patient));
  std::optional<std::thread::id> called_on;
  verifier.verify(mint_now(), {}, [&](const auto& got) {
    EXPECT_TRUE(got);
    called_on = std::this_thread::get_id();
  });
  EXPECT_EQ(called_on, std::this_thread::get_id());
}

TEST_F(token_verifier_test, says_of_keys_that_cannot_be_had_that_it_knows_nothing) {
  const token_verifier verifier{{.issuers = {in_file()}}};
  const auto got = verifier.verify(mint_now(), {.patience = 1ms});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), auth::errc::keys_unavailable);
  EXPECT_EQ(refusal_of(got.error()).status, 503);
  EXPECT_FALSE(verifier.ready());
}

TEST_F(token_verifier_test, answers_what_still_waits_when_it_ends) {
  // Takes connections, in the system's queue, and never answers.
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor silent{io, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const auto url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/jwks";
  std::promise<core::result<core::principal>> told;
  {
    const token_verifier verifier{
        {.issuers = {{.rules = {.issuer = "https://idp.example/", .audiences = {"account"}},
                      .jwks_uri = url}}}};
    verifier.verify(mint_now(), patient, [&](auto got) { told.set_value(std::move(got)); });
  }
  auto outcome = told.get_future();
  ASSERT_EQ(outcome.wait_for(0s), std::future_status::ready);
  const auto got = outcome.get();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), auth::errc::keys_unavailable);
}

TEST_F(token_verifier_test, refuses_issuers_that_cannot_work) {
  const auto changed = [this](auto change) {
    auto one = in_file();
    change(one);
    return std::vector{one};
  };
  struct {
    const char* name;
    std::vector<issuer> issuers;
  } const cases[] = {
      {"none", {}},
      {"two of one name", {in_file(), in_file()}},
      {"no name", changed([](issuer& one) { one.rules.issuer.clear(); })},
      {"no audience", changed([](issuer& one) { one.rules.audiences.clear(); })},
      {"no algorithm", changed([](issuer& one) { one.header.algorithms = {}; })},
      {"a file and an address",
       changed([](issuer& one) { one.jwks_uri = "https://idp.example/jwks"; })},
      {"http elsewhere", changed([](issuer& one) {
         one.jwks_file.clear();
         one.jwks_uri = "http://idp.example/jwks";
       })},
  };
  for (const auto& [name, issuers] : cases) {
    EXPECT_THROW(token_verifier({.issuers = issuers}), std::invalid_argument) << name;
  }
}

}  // namespace
}  // namespace latchkey::embed
