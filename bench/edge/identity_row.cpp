// The identity row: fields that only latchkey may set, forged in every spelling.
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/framing.hpp"
#include "edge/identity.hpp"
#include "edge/upstreams.hpp"

#include <latchkey/core/base64url.hpp>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <memory>

namespace latchkey::bench::edge {
namespace {

constexpr seconds answer_timeout{5};

struct seen_heads {
  std::size_t sent = 0;
  std::size_t refused = 0;  // with 400
  std::size_t heads = 0;
  std::vector<std::string> problems;
};

async::task<std::vector<std::string>> heads_at(node_upstream& upstream) {
  const auto report = co_await upstream.report();
  std::vector<std::string> all;
  for (const auto& one : report.at("connections").as_array()) {
    const auto bytes = core::base64url_decode(std::string_view{one.as_string()});
    auto read = read_requests(bytes.value_or(std::string{}));
    if (read.cut || !read.problem.empty()) all.push_back("evil framing: " + read.problem);
    all.insert(all.end(), read.heads.begin(), read.heads.end());
  }
  co_return all;
}

// Asks with those fields and judges what arrives.
async::task<> forge(test_env& env, load::target to, node_upstream& upstream, std::string request,
                    std::string user, seen_heads& made) {
  client over{env.waits(), to};
  const core::deadline until{clock::now() + answer_timeout};
  const auto got = co_await over.exchange(request, until);
  const auto heads = co_await heads_at(upstream);
  ++made.sent;
  made.heads += heads.size();
  if (got.status == 400 && heads.empty()) {
    ++made.refused;
    co_return;
  }
  auto problem = heads.size() == 1 && got.status == 200
                     ? identity_problem(heads.front(), user)
                     : fmt::format("{} requests arrived, told {}", heads.size(), got.status);
  if (!problem.empty()) {
    made.problems.push_back(fmt::format("{} ({})", problem, request.substr(0, 60)));
  }
}

async::task<row> run_identity(test_env& env) {
  const auto keys = co_await issuer_process::start(env);
  const auto token = co_await keys->token();
  const std::string user{claims_of(token).at("sub").as_string()};
  const auto upstream = co_await node_upstream::start(env, "recorder", {});
  proxy_options options;
  options.upstreams = {upstream->port()};
  const std::string identity = R"(claims_to_headers = { "x-user" = "sub", "x-scopes" = "scope" })";
  options.route_lines = {identity,        "[[route]]",          R"(path = "/open/*")",
                         "public = true", R"(methods = ["*"])", R"(upstream = "api")"};
  const auto front = co_await start_proxy(env, proxy::latchkey, *keys, std::move(options));
  seen_heads guarded;
  seen_heads open;
  for (const auto& fields : forged_fields()) {
    const auto head = "GET /x HTTP/1.1\r\nHost: localhost\r\n";
    const auto shown = fmt::format("Authorization: Bearer {}\r\n", token);
    co_await forge(env, front.front, *upstream, head + fields + shown + "\r\n", user, guarded);
    co_await forge(env, front.front, *upstream, head + shown + fields + "\r\n", user, guarded);
    const auto public_head = "GET /open/x HTTP/1.1\r\nHost: localhost\r\n";
    co_await forge(env, front.front, *upstream, public_head + fields + "\r\n", {}, open);
  }
  // In what follows a body of chunks.
  const auto trailing = fmt::format(
      "POST /x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
      "Transfer-Encoding: chunked\r\nTrailer: X-User\r\n\r\n2\r\nhi\r\n0\r\nX-User: evil\r\n\r\n",
      token);
  co_await forge(env, front.front, *upstream, trailing, user, guarded);
  row made;
  made.required =
      "x-user and x-scopes (set from claims), X-Forwarded-*, Forwarded and hop-by-hop fields "
      "forged "
      "in every spelling, named by Connection: the upstream sees latchkey's alone";
  made.measured = fmt::format(
      "{} with a token, {} of them refused; {} without, {} refused; {} wrong", guarded.sent,
      guarded.refused, open.sent, open.refused, guarded.problems.size() + open.problems.size());
  for (const auto* each : {&guarded, &open}) {
    if (!each->problems.empty()) made.measured += "; " + each->problems.front();
  }
  made.ok =
      guarded.problems.empty() && open.problems.empty() && guarded.heads > 0 && open.heads > 0;
  co_return made;
}

}  // namespace

void add_identity(std::vector<fault_case>& all) {
  all.push_back({"identity", run_identity, false});
}

}  // namespace latchkey::bench::edge
