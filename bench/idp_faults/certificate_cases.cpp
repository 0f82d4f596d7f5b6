// Providers that cannot prove who they are: no keys of theirs are taken, and the operator is told.
#include "idp_faults/catalogue.hpp"
#include "idp_faults/server.hpp"

#include <fmt/format.h>

#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr seconds patience{15};

async::task<row> bad_certificate(stage& on, std::string kind) {
  provider_order wanted;
  wanted.tls = true;
  const auto keys = co_await provider::start(on, wanted);
  const auto token = co_await keys->token();
  co_await keys->fail(kind);
  server_order order;
  order.ca_file = on.certificate_file().string();
  const auto asked = co_await server::start(on, *keys, order);
  const auto until = clock::now() + patience;
  while (asked->events("keys_fetch_failed").empty() && clock::now() < until) {
    co_await on.sleep(milliseconds{20});
  }
  const auto failures = asked->events("keys_fetch_failed");
  const auto told = co_await asked->get(guarded_path, token);
  const auto status = co_await on.ask(asked->admin(), "GET", "/status");
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

async::task<row> plain_http(stage& on) {
  // An address of RFC 5737, which is nobody's.
  const std::string away = "http://192.0.2.1/";
  const server_order order;
  auto args = server::arguments(on, "check-config", away, away + "jwks.json", order);
  const auto program = on.start_server(std::move(args));
  const core::deadline until{clock::now() + patience};
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
    made.run = [kind](stage& on) { return bad_certificate(on, kind); };
    made.alone = false;
    all.push_back(std::move(made));
  }
  all.push_back({"certificates:plain-http", plain_http, false});
}

}  // namespace latchkey::bench::idp_faults
