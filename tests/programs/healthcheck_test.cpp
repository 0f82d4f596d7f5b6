#include "command_line.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"

#include <latchkey/healthcheck.hpp>

#include <gmock/gmock.h>

namespace latchkey::programs {
namespace {

using testing::HasSubstr;

async::task<http::response> ready(http::context& ctx) {
  co_return http::response{ctx.target.path == "/readyz" ? http::status::ok
                                                        : http::status::not_found};
}

async::task<http::response> not_ready(http::context&) {
  co_return http::response{http::status::service_unavailable};
}

async::task<http::response> not_ready_for_a_reason(http::context&) {
  co_return http::response::json(
      http::status::service_unavailable,
      R"({"status":"not ready","checks":{"keys of i":false},"reasons":{"keys of i":"down\u001b","n":1}})");
}

std::string address_of(const support::test_server& server) {
  return "127.0.0.1:" + std::to_string(server.endpoint().port());
}

// The real clock: a deadline is kept by a timer.
outcome check(std::vector<std::string> args) {
  outcome got;
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  args.insert(args.begin(), "healthcheck");
  got.status = run(std::move(args), {{}, in, out, err, core::system_clock(), {}});
  got.out = out.str();
  got.err = err.str();
  return got;
}

TEST(healthcheck, a_wildcard_is_asked_on_this_machine) {
  EXPECT_EQ(readiness_url("127.0.0.1:9901"), "http://127.0.0.1:9901/readyz");
  EXPECT_EQ(readiness_url("0.0.0.0:9901"), "http://127.0.0.1:9901/readyz");
  EXPECT_EQ(readiness_url("[::]:9901"), "http://[::1]:9901/readyz");
  EXPECT_EQ(readiness_url("[::1]:9901"), "http://[::1]:9901/readyz");
}

TEST(healthcheck, says_ready_to_a_server_that_is) {
  const support::test_server server{ready};
  const auto url = "http://" + address_of(server) + "/readyz";
  const auto got = check({"--url", url});
  EXPECT_EQ(got.status, exit_ok) << got.err;
  EXPECT_EQ(got.out, url + ": ready\n");
}

TEST(healthcheck, finds_the_listener_in_the_configuration) {
  const support::test_server server{ready};
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", test_config).string();
  const auto got = check({"--config", file, "--set", "admin.listen=" + address_of(server)});
  EXPECT_EQ(got.status, exit_ok) << got.err;
}

TEST(healthcheck, without_a_listener_there_is_nobody_to_ask) {
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", test_config).string();
  const auto got = check({"--config", file, "--set", "admin.listen="});
  EXPECT_EQ(got.status, exit_usage);
  EXPECT_THAT(got.err, HasSubstr("admin.listen is \"\""));
}

TEST(healthcheck, refuses_every_other_answer) {
  const support::test_server server{not_ready};
  const auto got = check({"--url", "http://" + address_of(server) + "/readyz"});
  EXPECT_EQ(got.status, exit_refused);
  EXPECT_THAT(got.err, HasSubstr("not ready, status 503"));
}

TEST(healthcheck, passes_on_why_it_is_not_ready) {
  const support::test_server server{not_ready_for_a_reason};
  const auto url = "http://" + address_of(server) + "/readyz";
  const auto got = check({"--url", url});
  EXPECT_EQ(got.status, exit_refused);
  EXPECT_EQ(got.err, url + ": not ready, status 503\n  keys of i: down\\u001b\n");
}

TEST(healthcheck, refuses_where_nobody_listens) {
  std::string url;
  {
    const support::test_server server{ready};
    url = "http://" + address_of(server) + "/readyz";
  }
  const auto got = check({"--url", url});
  EXPECT_EQ(got.status, exit_refused);
  EXPECT_THAT(got.err, HasSubstr(url + ": "));
}

TEST(healthcheck, does_not_ask_strangers_in_the_clear) {
  const auto got = check({"--url", "http://192.0.2.1/readyz"});
  EXPECT_EQ(got.status, exit_refused);
}

}  // namespace
}  // namespace latchkey::programs
