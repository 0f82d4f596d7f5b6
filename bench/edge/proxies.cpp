#include "edge/proxies.hpp"

#include "compare/programs.hpp"
#include "edge/client.hpp"
#include "harness/free_port.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace latchkey::bench::edge {
namespace {

constexpr seconds start_timeout{20};
constexpr milliseconds poll_interval{20};

std::string last_lines(const child& program) {
  constexpr std::size_t max = 4;
  std::string text;
  const auto& lines = program.lines();
  for (auto i = lines.size() - std::min(max, lines.size()); i < lines.size(); ++i) {
    text += (text.empty() ? ": " : "; ") + lines[i];
  }
  return text;
}

std::vector<std::string> latchkey_command(test_env& env, const proxy_setting& with,
                                          const std::vector<std::string>& settings) {
  std::vector<std::string> made{programs_beside_this().server.string(), "serve", "--config",
                                env.write("edge.toml", latchkey_config(with)).string()};
  for (const auto& one : settings) {
    made.emplace_back("--set");
    made.push_back(one);
  }
  return made;
}

std::vector<std::string> command_of(test_env& env, proxy which, const proxy_setting& with,
                                    const std::vector<std::string>& settings) {
  const auto found = compare::find_program(name_of(which));
  if (which != proxy::latchkey && !found) {
    throw std::runtime_error{fmt::format("{} is not installed", name_of(which))};
  }
  switch (which) {
    case proxy::latchkey:
      return latchkey_command(env, with, settings);
    case proxy::nginx:
      return {found->string(), "-e", "stderr", "-c",
              env.write("edge-nginx.conf", nginx_config(with)).string()};
    case proxy::haproxy:
      return {found->string(), "-db", "-f",
              env.write("edge-haproxy.cfg", haproxy_config(with)).string()};
    case proxy::caddy:
      break;
  }
  return {found->string(), "run",      "--adapter",
          "caddyfile",     "--config", env.write("edge-Caddyfile", caddy_config(with)).string()};
}

// Whether it takes connections, and latchkey has its keys, where it can be asked.
async::task<bool> is_up(test_env& env, const running_proxy& asked) {
  client over{env.waits(), asked.front};
  const core::deadline soon{clock::now() + seconds{2}};
  if (co_await over.open(soon)) co_return false;
  if (asked.admin == 0) co_return true;
  load::target to;
  to.where = {async::asio::ip::address_v4::loopback(), asked.admin};
  const auto got = co_await env.ask(to, "GET", "/readyz");
  co_return got.status == 200;
}

async::task<> await_up(test_env& env, const running_proxy& asked) {
  const auto until = clock::now() + start_timeout;
  for (;;) {
    const bool up = co_await is_up(env, asked);
    if (up) co_return;
    const core::deadline at_once{clock::now()};
    const auto ended = co_await asked.program->ended(at_once);
    if (ended || clock::now() > until) {
      throw std::runtime_error{fmt::format("{} {}{}", name_of(asked.which),
                                           ended ? "ended" : "takes no connections",
                                           last_lines(*asked.program))};
    }
    co_await env.sleep(poll_interval);
  }
}

}  // namespace

async::task<running_proxy> start_proxy(test_env& env, proxy which, const issuer_process& keys,
                                       proxy_options options) {
  proxy_setting with;
  with.port = free_port();
  do with.admin_port = free_port();
  while (with.admin_port == with.port);
  with.certificate = env.certificate_file().string();
  with.key = env.key_file().string();
  const auto& identity = env.server_identity();
  with.certificate_and_key = env.write("both.pem", identity.pem + identity.key_pem).string();
  with.folder = env.certificate_file().parent_path().string();
  with.issuer = keys.url();
  with.public_key = options.public_key;
  with.upstreams = options.upstreams;
  with.guarded = options.guarded;
  with.cache = options.cache;
  with.workers = options.workers;
  with.upstream_lines = options.upstream_lines;
  with.route_lines = options.route_lines;
  if (!options.admin) options.settings.emplace_back(R"(admin.listen="")");
  auto command = command_of(env, which, with, options.settings);
  if (options.core) {
    command = compare::pinned_command({*options.core}, command.front(),
                                      {command.begin() + 1, command.end()});
  }
  running_proxy made;
  made.which = which;
  made.front.where = {async::asio::ip::address_v4::loopback(), with.port};
  made.front.tls = env.tls();
  if (which == proxy::latchkey && options.admin) made.admin = with.admin_port;
  made.program = env.start(command.front(), {command.begin() + 1, command.end()});
  co_await await_up(env, made);
  co_return made;
}

}  // namespace latchkey::bench::edge
