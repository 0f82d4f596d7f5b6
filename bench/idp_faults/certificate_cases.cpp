// Providers that cannot prove who they are: no keys of theirs are taken, and the operator is told.
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"

#include <fmt/format.h>

#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr seconds timeout{15};

async::task<row> bad_certificate(test_env& env, std::string kind) {
  issuer_options wanted;
  wanted.tls = true;
  const auto keys = co_await issuer_process::start(env, wanted);
  const auto token = co_await keys->token();
  co_await keys->fail(kind);
  server_options options;
  options.ca_file = env.certificate_file().string();
  const auto asked = co_await server_process::start(env, *keys, options);
  const auto until = clock::now() + timeout;
  while (asked->events("keys_fetch_failed").empty() && clock::now() < until) {
    co_await env.sleep(milliseconds{20});
  }
  const auto failures = asked->events("keys_fetch_failed");
  const auto told = co_await asked->get(guarded_path, token);
  const auto status = co_await env.ask(asked->admin(), "GET", "/status");
  const auto why =
      failures.empty() ? std::string{} : std::string{failures.front().at("error").as_string()};
  row result;
  result.required = "503, and the reason in the log and in /status";
  result.measured = fmt::format("{}; log: \"{}\"; /status {}", told.status, why,
                                status.status != 200 ? std::to_string(status.status)
                                : status.body.find(why) != status.body.npos ? "names it"
                                                                            : "does not name it");
  result.ok = told.status == 503 && !why.empty() && status.status == 200 &&
              status.body.find(why) != status.body.npos;
  co_return result;
}

async::task<row> plain_http(test_env& env) {
  // An address of RFC 5737, which is nobody's.
  const std::string away = "http://192.0.2.1/";
  const server_options options;
  auto args = server_process::arguments(env, "check-config", away, away + "jwks.json", options);
  const auto program = env.start_server(std::move(args));
  const core::deadline until{clock::now() + timeout};
  const auto status = co_await program->ended(until);
  const auto wanted = [](std::string_view line) { return line.find("jwks_uri") != line.npos; };
  const auto why = co_await program->line(wanted, until);
  row result;
  result.required = "plain http to another machine: refused before it starts, naming jwks_uri";
  // The path of the file says nothing.
  const auto text = why.value_or("nothing said");
  const auto begin = text.find("jwks_uri");
  result.measured = fmt::format("status {}: {}", status ? std::to_string(*status) : "none",
                                text.substr(begin == text.npos ? 0 : begin));
  result.ok = status == 1 && why.has_value();
  co_return result;
}

}  // namespace

void add_certificate_cases(std::vector<fault_case>& all) {
  for (const std::string kind : {"self-signed", "expired", "wrong-host"}) {
    fault_case made;
    made.name = "certificates:" + kind;
    made.run = [kind](test_env& env) { return bad_certificate(env, kind); };
    made.exclusive = false;
    all.push_back(std::move(made));
  }
  all.push_back({"certificates:plain-http", plain_http, false});
}

}  // namespace latchkey::bench::idp_faults
