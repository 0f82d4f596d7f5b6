#include "upstream_checks.hpp"

#include "judge_way.hpp"

#include <latchkey/edge/place.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/proxy_header.hpp>

#include <string>
#include <utility>

namespace latchkey::doctor {
namespace {

using async::task;

findings judge_health(const std::string& subject, const std::string& path, const seen_way& seen) {
  if (path.empty() || seen.got != reached::answer) return {};
  const auto text = "GET " + path + " at " + seen.address + ": " + std::to_string(seen.status);
  if (seen.status / 100 == 2 || seen.status / 100 == 3) return {good("health", subject, text)};
  return {fault("health", subject, text,
                "an address whose health_path is not 2xx or 3xx is not used: correct health_path, "
                "or look at the upstream's log")};
}

// One address that a name of an upstream leads to.
task<> check_place(common& with, slot& to, destination goal, wanted_way wanted, edge::place at,
                   std::string health) {
  auto seen = co_await go_to(goal, at.where, with.clock, with.until);
  append(to.own, judge_way(wanted, seen, with.clock.wall()));
  append(to.own, judge_health(wanted.subject, health, seen));
}

}  // namespace

task<> check_address(common& with, slot& to, std::size_t index, std::string url) {
  const auto& upstream = with.loaded.upstreams[index];
  const auto named = edge::parse_place(url);
  if (!named) co_return;
  const auto tls = named->secure ? tls_for(upstream, with) : tls_pair{};
  const auto subject = "upstream." + std::to_string(index);
  destination goal;
  goal.host = named->host;
  goal.port = named->port;
  goal.authority = named->authority;
  goal.target = upstream.health_path;
  goal.first = net::make_proxy_header(upstream.send_proxy, {});
  goal.tls_host = upstream.server_name.empty() ? named->host : upstream.server_name;
  if (named->secure) {
    goal.strict = tls.strict;
    goal.lenient = tls.lenient;
  }
  const wanted_way wanted{subject, goal.tls_host,           named->secure,
                          {},      "ca_file of " + subject, subject + ".server_name"};
  const auto found = co_await look_up(goal, with.network.names, with.until);
  seen_way name;
  core::error_code no_address;
  boost::asio::ip::make_address(goal.host, no_address);
  if (no_address) name.looked_up = goal.host;
  if (found.has_error()) {
    name.looked_up = goal.host;
    name.error = found.error();
    append(to.own, judge_way(wanted, name, with.clock.wall()));
    co_return;
  }
  if (no_address) {
    for (const auto& one : found->all) name.addresses.push_back(one.address().to_string());
    to.own.push_back(judge_name(wanted, name));
  }
  for (const auto& at : edge::places_of(*named, upstream.server_name, found->all)) {
    auto& part = to.parts.emplace_back();
    begin(with, part, subject, [&with, &part, goal, wanted, at, health = upstream.health_path] {
      return check_place(with, part, goal, wanted, at, health);
    });
  }
}

}  // namespace latchkey::doctor
