// The page as a whole, what is written on it, and what Prometheus's own checker says of it.
#include <latchkey/app/config_metrics.hpp>
#include <latchkey/app/handlers/metrics.hpp>
#include <latchkey/app/key_metrics.hpp>
#include <latchkey/app/limit_metrics.hpp>
#include <latchkey/app/log_metrics.hpp>
#include <latchkey/app/notes_metrics.hpp>
#include <latchkey/app/process_metrics.hpp>
#include <latchkey/app/reference.hpp>
#include <latchkey/app/request_metrics.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/app/trace_metrics.hpp>
#include <latchkey/app/upstream_metrics.hpp>
#include <latchkey/app/verify_metrics.hpp>
#include <latchkey/jose/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>
#include <support/manual_clock.hpp>
#include <support/request.hpp>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

http::response get(const collect_metrics& collect) {
  support::request ask{http::verb::get, "/metrics"};
  const auto route = metrics_route(collect, core::wall_time{1'700'000'000'250ms});
  return ask.send(route.handler);
}

auth::verify_counts some_counts() {
  auth::verify_counts counted;
  counted.batches = {5, 0, 1, 0, 0, 0, 0, 2};
  counted.openssl = 5;
  counted.kernel = 19;
  counted.single = 3;
  return counted;
}

std::vector<issuer_status> some_issuers() {
  auth::jwks_stats loaded;
  loaded.fetches = {12, 5, 1, 0, 0, 0};
  loaded.durations = {10, 4, 0, 0, 3, 0, 0, 0, 1};
  loaded.duration_sum = 9500ms;
  loaded.state = auth::keys_state::stale;
  loaded.last_success = core::wall_time{1000s};
  loaded.max_age = 60s;
  loaded.skipped = {{"x", "RSA", jose::errc::bad_jwk}};
  loaded.unknown_kids = 6;
  loaded.ready = true;
  loaded.generation = 3;
  loaded.kids = {"a", "b"};
  loaded.age = 90500ms;
  loaded.waiters = 4;
  loaded.negative_kids = 5;
  auth::jwks_stats never;
  never.fetches = {0, 0, 3, 0, 4, 0};
  never.failures_in_row = 7;
  return {{"https://idp.example/", "", loaded}, {"https://down.example/\"x\"", "", never}};
}

TEST(VerifyMetrics, are_written) {
  metrics_text page;
  write_verify_metrics(page, some_counts());
  write_cache_metrics(page, {1000, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_THAT(page.text(), HasSubstr("# TYPE latchkey_verify_batch_size histogram\n"
                                     "latchkey_verify_batch_size_bucket{le=\"1\"} 5\n"
                                     "latchkey_verify_batch_size_bucket{le=\"2\"} 5\n"
                                     "latchkey_verify_batch_size_bucket{le=\"3\"} 6\n"
                                     "latchkey_verify_batch_size_bucket{le=\"4\"} 6\n"
                                     "latchkey_verify_batch_size_bucket{le=\"5\"} 6\n"
                                     "latchkey_verify_batch_size_bucket{le=\"6\"} 6\n"
                                     "latchkey_verify_batch_size_bucket{le=\"7\"} 6\n"
                                     "latchkey_verify_batch_size_bucket{le=\"8\"} 8\n"
                                     "latchkey_verify_batch_size_bucket{le=\"+Inf\"} 8\n"
                                     "latchkey_verify_batch_size_sum 24\n"
                                     "latchkey_verify_batch_size_count 8\n"));
  for (const auto* line : {
           "latchkey_signatures_total{path=\"openssl\"} 5\n",
           "latchkey_signatures_total{path=\"single\"} 3\n",
           "latchkey_signatures_total{path=\"batch\"} 19\n",
           "latchkey_token_cache_limit_bytes 1000\n",
           "latchkey_token_cache_bytes 2\n",
           "latchkey_token_cache_entries 3\n",
           "latchkey_token_cache_hits_total 4\n",
           "latchkey_token_cache_misses_total 5\n",
           "latchkey_token_cache_insertions_total 6\n",
           "latchkey_token_cache_evictions_total 7\n",
           "latchkey_token_cache_expirations_total 8\n",
           "latchkey_token_cache_erasures_total 9\n",
           "latchkey_token_cache_too_large_total 10\n",
       }) {
    EXPECT_THAT(page.text(), HasSubstr("\n" + std::string{line}));
  }
}

TEST(VerifyMetrics, name_the_kernels) {
  constexpr jose::rsa_batch_kernel wide{"Wide and fast", "wide_fast", 4, 2, 3, 3, nullptr};
  constexpr jose::rsa_single_kernel deep{"Deep", "deep", nullptr};
  const struct {
    jose::rsa_kernels kernels;
    std::string labels;
  } cases[] = {
      {{&wide, &deep}, R"(kernel="wide_fast",single="deep")"},
      {{&wide}, R"(kernel="wide_fast",single="none")"},
      {{nullptr, &deep}, R"(kernel="none",single="deep")"},
      {{}, R"(kernel="none",single="none")"},
  };
  async::io_pool threads{1};
  for (const auto& one : cases) {
    const auth::thread_verifiers verifiers{threads, one.kernels, 0, {}};
    metrics_text page;
    write_verdict_metrics(page, verifiers);
    EXPECT_THAT(page.text(), HasSubstr("latchkey_verify_kernel_info{" + one.labels + "} 1\n"));
  }
}

TEST(KeyMetrics, are_written_for_each_issuer) {
  metrics_text page;
  write_key_metrics(page, some_issuers());
  const std::string up = "{issuer=\"https://idp.example/\"";
  const std::string down = "{issuer=\"https://down.example/\\\"x\\\"\"";
  for (const auto& line : {
           "latchkey_jwks_fetches_total" + up + ",result=\"ok\"} 12\n",
           "latchkey_jwks_fetches_total" + up + ",result=\"not_modified\"} 5\n",
           "latchkey_jwks_fetches_total" + up + ",result=\"status\"} 1\n",
           "latchkey_jwks_fetches_total" + down + ",result=\"timeout\"} 4\n",
           "latchkey_jwks_fetches_total" + down + ",result=\"connection\"} 0\n",
           "latchkey_jwks_fetch_duration_seconds_bucket" + up + ",le=\"0.05\"} 14\n",
           "latchkey_jwks_fetch_duration_seconds_count" + up + "} 18\n",
           "latchkey_jwks_fetch_duration_seconds_sum" + up + "} 9.5\n",
           "latchkey_jwks_last_success_timestamp_seconds" + up + "} 1000\n",
           "latchkey_jwks_max_age_seconds" + up + "} 60\n",
           "latchkey_jwks_state" + up + ",state=\"stale\"} 1\n",
           "latchkey_jwks_state" + up + ",state=\"fresh\"} 0\n",
           "latchkey_jwks_state" + down + ",state=\"never_loaded\"} 1\n",
           "latchkey_unknown_kid_denials_total" + up + "} 6\n",
           "latchkey_jwks_failures_in_row" + up + "} 0\n",
           "latchkey_jwks_failures_in_row" + down + "} 7\n",
           "latchkey_jwks_keys" + up + ",state=\"usable\"} 2\n",
           "latchkey_jwks_keys" + up + ",state=\"skipped\"} 1\n",
           "latchkey_jwks_keys" + down + ",state=\"usable\"} 0\n",
           "latchkey_jwks_ready" + up + "} 1\n",
           "latchkey_jwks_ready" + down + "} 0\n",
           "latchkey_jwks_waiters" + up + "} 4\n",
           "latchkey_jwks_negative_kids" + up + "} 5\n",
           "latchkey_jwks_generation" + up + "} 3\n",
           "latchkey_jwks_age_seconds" + up + "} 90.5\n",
       }) {
    EXPECT_THAT(page.text(), HasSubstr("\n" + line));
  }
  EXPECT_THAT(page.text(), Not(HasSubstr("latchkey_jwks_age_seconds" + down)));
  EXPECT_THAT(page.text(), Not(HasSubstr("latchkey_jwks_last_success_timestamp_seconds" + down)));
}

struct stat_text {
  std::string name;
  std::string text;
  std::optional<process_usage> usage;
};

const std::string after_name =
    "S 1 2 3 4 -1 4194304 100 0 0 0 150 50 0 0 20 0 3 0 123456 99999 25 184467440737";

class ProcessStat : public testing::TestWithParam<stat_text> {};

TEST_P(ProcessStat, is_read) {
  EXPECT_EQ(parse_process_stat(GetParam().text, 100, 4096), GetParam().usage);
}

INSTANTIATE_TEST_SUITE_P(
    table, ProcessStat,
    testing::ValuesIn(std::vector<stat_text>{
        {"plain", "42 (latchkey) " + after_name, process_usage{2.0, 25 * 4096}},
        {"name_with_space_and_parenthesis", "42 (a) S 7 (b) " + after_name,
         process_usage{2.0, 25 * 4096}},
        {"empty", "", std::nullopt},
        {"name_alone", "42 (latchkey)", std::nullopt},
        {"cut_off", "42 (latchkey) S 1 2 3 4 -1 4194304 100 0 0 0 150 50 0", std::nullopt},
        {"letters", "42 (latchkey) a b c d e f g h i j k l m n o p q r s t u v w", std::nullopt},
    }),
    support::case_name);

TEST(MetricsPage, has_what_is_always_there) {
  const auto answer = get({});
  EXPECT_EQ(answer.code(), http::status::ok);
  EXPECT_EQ(support::field_of(answer, "content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(support::field_of(answer, "cache-control"), "no-store");
  const auto text = support::text_of(answer);
  EXPECT_THAT(text, HasSubstr("\nlatchkey_build_info{version=\"" LATCHKEY_VERSION "\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nprocess_start_time_seconds 1700000000.25\n"));
  for (const auto* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                           "process_open_fds", "process_max_fds"}) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string{name} + " "));
  }
}

TEST(MetricsPage, is_openmetrics_for_who_asks_for_it) {
  support::request ask{
      http::verb::get, "/metrics", {{"accept", "application/openmetrics-text;version=1.0.0"}}};
  const auto answer = ask.send(metrics_route({}, core::wall_time{1'700'000'000'250ms}).handler);
  EXPECT_EQ(support::field_of(answer, "content-type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(support::field_of(answer, "vary"), "Accept");
  const auto text = support::text_of(answer);
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds counter\n"));
}

TEST(MetricsPage, has_what_is_collected_when_it_is_asked_for) {
  unsigned asked = 0;
  const collect_metrics collect = [&asked](metrics_text& page) {
    page.counter("asked_total", "");
    page.sample(++asked);
  };
  EXPECT_THAT(support::text_of(get(collect)), HasSubstr("\nasked_total 1\n"));
  EXPECT_THAT(support::text_of(get(collect)), HasSubstr("\nasked_total 2\n"));
}

class AdminPipeline : public testing::Test {
 protected:
  http::response send(http::verb method, const std::string& target, collect_metrics collect = {}) {
    support::manual_clock clock;
    pipeline_parts parts;
    parts.events = std::make_shared<const log>(log_config{}, clock.clock());
    parts.clock = clock.clock();
    support::request ask{method, target};
    return ask.send(make_admin_pipeline(parts, {}, {.metrics = std::move(collect)}));
  }
};

TEST_F(AdminPipeline, has_the_page_beside_the_probes) {
  EXPECT_EQ(send(http::verb::get, "/metrics").code(), http::status::ok);
  EXPECT_EQ(send(http::verb::get, "/livez").code(), http::status::ok);
  EXPECT_EQ(send(http::verb::post, "/metrics").code(), http::status::method_not_allowed);
  EXPECT_EQ(send(http::verb::get, "/metrics/").code(), http::status::not_found);
}

TEST_F(AdminPipeline, answers_where_collecting_fails) {
  const auto answer = send(http::verb::get, "/metrics",
                           [](metrics_text&) { throw std::runtime_error{"cannot collect"}; });
  EXPECT_EQ(answer.code(), http::status::internal_server_error);
}

// What the page has is in the documentation, and nothing else is.
TEST(MetricsPage, has_the_families_of_the_reference) {
  async::io_pool threads{1};
  const auth::thread_verifiers verifiers{threads, {}, 0, {}};
  const auto answer = get([&](metrics_text& page) {
    write_request_metrics(page, {});
    write_connection_metrics(page, {});
    write_verdict_metrics(page, verifiers);
    write_verify_metrics(page, some_counts());
    write_cache_metrics(page, {});
    write_key_metrics(page, some_issuers());
    write_log_metrics(page, {});
    write_unlogged_metrics(page, {{"expired", 1}});
    write_limit_metrics(page, {std::make_shared<const middleware::limit_count>()});
    write_config_metrics(page, {});
    write_upstream_metrics(page, {{.name = "api"}});
    write_trace_metrics(page, {}, 0);
    write_notes_metrics(page, {}, {});
  });
  std::set<std::string> on_page;
  std::istringstream lines{support::text_of(answer)};
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view type = "# TYPE ";
    if (line.starts_with(type)) {
      on_page.insert(line.substr(type.size(), line.rfind(' ') - type.size()));
    }
  }
  std::set<std::string> documented;
  for (const auto& table : reference_tables()) {
    if (!table.name.starts_with("metrics of ")) continue;
    std::istringstream rows{table.text};
    for (std::string row; std::getline(rows, row);) {
      if (row.starts_with("| `")) documented.insert(row.substr(3, row.find('`', 3) - 3));
    }
  }
  EXPECT_EQ(on_page, documented);
}

TEST(MetricsPage, stands_the_check_of_promtool) {
  if (std::system("command -v promtool > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool (Debian's package prometheus) is not installed";
  }
  const auto answer = get([](metrics_text& page) {
    write_verify_metrics(page, some_counts());
    write_upstream_metrics(page, {{.name = "api"}, {.name = "other"}});
    write_cache_metrics(page, {1000, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    write_key_metrics(page, some_issuers());
  });
  auto* const tool = ::popen("promtool check metrics 1>&2", "w");
  ASSERT_NE(tool, nullptr);
  const auto text = support::text_of(answer);
  EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), tool), text.size());
  const auto status = ::pclose(tool);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << text;
}

}  // namespace
}  // namespace latchkey::app
