#include "edge/upstreams.hpp"

#include "compare/programs.hpp"
#include "edge/client.hpp"
#include "edge/proxy_configs.hpp"
#include "harness/free_port.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace latchkey::bench::edge {
namespace {

using harness::clock;

constexpr std::chrono::seconds start_timeout{20};
constexpr std::string_view mark = "listening ";

std::uint16_t take_port(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return port;
}

// What follows the mark in the line that tells where it listens.
async::task<std::string> ports_said(std::shared_ptr<harness::child> program) {
  const auto wanted = [](std::string_view line) { return line.starts_with(mark); };
  const core::deadline until{clock::now() + start_timeout};
  const auto line = co_await program->line(wanted, until);
  if (!line) throw std::runtime_error{"the upstream did not start"};
  co_return line->substr(mark.size());
}

}  // namespace

std::string missing_node() {
  return compare::find_program("node") ? std::string{}
                                       : "node is not there: apt-get install nodejs";
}

async::task<std::unique_ptr<node_upstream>> node_upstream::start(harness::test_env& env,
                                                                 std::string mode,
                                                                 upstream_options options) {
  const auto node = compare::find_program("node");
  if (!node) throw std::runtime_error{missing_node()};
  std::unique_ptr<node_upstream> made{new node_upstream{env}};
  const auto script = env.write("upstream.js", upstream_script());
  made->program_ = env.start(*node, {script.string(), mode, fmt::format("{}", options.port),
                                     fmt::format("{}", options.number)});
  const auto said = co_await ports_said(made->program_);
  std::string_view rest = said;
  made->port_ = take_port(rest);
  made->control_.where = {async::asio::ip::address_v4::loopback(), take_port(rest)};
  co_return made;
}

async::task<std::unique_ptr<plain_upstream>> plain_upstream::start(harness::test_env& env,
                                                                   std::optional<unsigned> core) {
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("latchkey-bench-upstream");
  if (!std::filesystem::exists(program)) {
    throw std::runtime_error{program.string() + " is not there: build it with this program"};
  }
  std::vector<std::string> command{program.string()};
  if (core) command = compare::pinned_command({*core}, program, {});
  auto made = std::make_unique<plain_upstream>();
  made->program_ = env.start(command.front(), {command.begin() + 1, command.end()});
  const auto said = co_await ports_said(made->program_);
  std::string_view rest = said;
  made->port_ = take_port(rest);
  co_return made;
}

load::target node_upstream::direct() const {
  load::target to;
  to.where = {async::asio::ip::address_v4::loopback(), port_};
  return to;
}

async::task<boost::json::object> node_upstream::report() {
  const auto got = co_await env_.ask(control_, "GET", "/report");
  co_return boost::json::parse(got.body).as_object();
}

async::task<std::unique_ptr<nginx_upstream>> nginx_upstream::start(harness::test_env& env) {
  const auto nginx = compare::find_program("nginx");
  if (!nginx) throw std::runtime_error{"nginx is not there: apt-get install nginx-light"};
  auto made = std::make_unique<nginx_upstream>();
  made->port_ = harness::free_port();
  const auto folder = env.certificate_file().parent_path().string();
  const auto config = env.write("upstream.conf", nginx_upstream_config(made->port_, folder));
  made->program_ = env.start(*nginx, {"-e", "stderr", "-c", config.string()});
  load::target to;
  to.where = {async::asio::ip::address_v4::loopback(), made->port_};
  const auto until = clock::now() + start_timeout;
  for (bool up = false; !up;) {
    client over{env.waits(), to};
    const core::deadline soon{clock::now() + std::chrono::seconds{1}};
    up = !co_await over.open(soon);
    if (!up && clock::now() > until) throw std::runtime_error{"nginx did not start"};
    if (!up) co_await env.sleep(std::chrono::milliseconds{20});
  }
  co_return made;
}

std::size_t nginx_upstream::taken() {
  const auto& lines = program_->lines();
  std::size_t count = 0;
  for (; seen_ < lines.size(); ++seen_) count += lines[seen_].starts_with("taken ") ? 1U : 0U;
  return count;
}

}  // namespace latchkey::bench::edge
