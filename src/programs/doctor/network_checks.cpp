#include "network_checks.hpp"

#include "issuer_checks.hpp"
#include "judge_way.hpp"
#include "network_task.hpp"
#include "notes_checks.hpp"
#include "upstream_checks.hpp"

#include <latchkey/http/url.hpp>
#include <latchkey/store/settings.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace latchkey::doctor {
namespace {

using async::task;

// What several of them met is told once.
void collect(slot& from, findings& to) {
  for (auto& one : from.own) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(std::move(one));
  }
  for (auto& one : from.parts) collect(one, to);
}

// What is lost there is no request's.
void soften(findings& all) {
  for (auto& one : all) {
    if (one.state == grade::fault) one.state = grade::warning;
  }
}

task<> check_collector(common& with, slot& to) {
  const auto& trace = with.loaded.trace;
  const auto where = http::parse_url(trace.endpoint);
  if (!where) co_return;
  const auto tls = where->secure ? tls_for(trace, with) : tls_pair{};
  auto goal = destination_of(*where, tls);
  // To ask would be to send.
  goal.target.clear();
  const wanted_way wanted{"trace.endpoint", goal.host,       where->secure, {},
                          "trace.ca_file",  "trace.endpoint"};
  const auto seen = co_await go(goal, with.network.names, with.clock, with.until);
  append(to.own, judge_way(wanted, seen, with.clock.wall()));
  soften(to.own);
}

}  // namespace

network_findings check_network(const app::config& loaded, const client::proxy_settings& proxy,
                               const core::clock& clock, std::chrono::milliseconds patience) {
  async::asio::io_context context{1};
  // Names that are never answered keep no others from being looked up.
  const auto lookups = std::max<std::size_t>(64, net::resolver::usual_lookups);
  common with{loaded,
              {proxy, net::resolver{net::system_lookup, lookups},
               std::make_shared<client::authority_cache>()},
              clock,
              core::deadline{clock.steady() + patience},
              context.get_executor(),
              {}};
  with.keys.resize(loaded.issuers.size());
  slot root;
  for (std::size_t i = 0; i < loaded.issuers.size(); ++i) {
    check_issuer(with, root.parts.emplace_back(), i);
  }
  for (std::size_t i = 0; i < loaded.upstreams.size(); ++i) {
    for (const auto& url : loaded.upstreams[i].addresses) {
      auto& part = root.parts.emplace_back();
      begin(with, part, "upstream." + std::to_string(i),
            [&with, &part, i, url] { return check_address(with, part, i, url); });
    }
  }
  if (loaded.trace.enabled && !loaded.trace.endpoint.empty()) {
    auto& part = root.parts.emplace_back();
    begin(with, part, "trace", [&with, &part] { return check_collector(with, part); });
  }
  const auto& notes = loaded.notes.store;
  if (!notes.empty() && !store::sqlite_path(notes)) {
    auto& part = root.parts.emplace_back();
    begin(with, part, "notes.store", [&with, &part] { return check_postgres(with, part); });
  }
  context.run();
  network_findings made;
  collect(root, made.all);
  made.keys = std::move(with.keys);
  return made;
}

}  // namespace latchkey::doctor
