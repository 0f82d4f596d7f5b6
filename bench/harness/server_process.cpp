#include "harness/server_process.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <utility>

namespace latchkey::bench::harness {
namespace {

namespace json = boost::json;

constexpr seconds server_start_timeout{20};
constexpr milliseconds ready_poll_interval{20};

constexpr std::string_view configuration = R"([server]
listen = ["127.0.0.1:0"]
[server.tls]
certificate = "{certificate}"
private_key = "{key}"
[admin]
listen = "127.0.0.1:0"
[[issuer]]
issuer = "{issuer}"
jwks_uri = "{jwks_uri}"
audiences = ["account"]
{ca_file}
[docs]
enabled = true
title = "idp-faults"
client_id = "example-api"
authorization_url = "http://127.0.0.1/authorize"
token_url = "http://127.0.0.1/token"
[[docs.scope]]
name = "example:note:read"
description = "Read note"
[[route]]
path = "{path}"
methods = ["GET"]
scopes = ["example:note:read"]
handler = "notes.read"
)";

// The URL of the log's line of that name.
async::task<std::uint16_t> port_logged(std::shared_ptr<child> program, std::string name) {
  const auto mark = "\"event\":\"" + name + "\"";
  const auto wanted = [&mark](std::string_view line) { return line.find(mark) != line.npos; };
  const core::deadline until{clock::now() + server_start_timeout};
  const auto line = co_await program->line(wanted, until);
  if (!line) {
    const auto& lines = program->lines();
    throw std::runtime_error{"the server did not start: " +
                             (lines.empty() ? std::string{"no output"} : lines.front())};
  }
  co_return port_of(std::string{json::parse(*line).at("url").as_string()});
}

}  // namespace

std::vector<std::string> server_process::arguments(test_env& env, std::string command,
                                                   std::string issuer, std::string jwks_uri,
                                                   const server_options& options) {
  const auto ca_file = options.ca_file.empty() ? "" : "ca_file = \"" + options.ca_file + "\"";
  const auto text = fmt::format(
      fmt::runtime(configuration), fmt::arg("certificate", env.certificate_file().string()),
      fmt::arg("key", env.key_file().string()), fmt::arg("issuer", issuer),
      fmt::arg("jwks_uri", jwks_uri), fmt::arg("ca_file", ca_file), fmt::arg("path", guarded_path));
  std::vector<std::string> args{std::move(command), "--config",
                                env.write("server.toml", text).string()};
  for (const auto& one : options.cache) {
    args.insert(args.end(), {"--set", "issuer.0.cache." + one});
  }
  for (const auto& one : options.settings) args.insert(args.end(), {"--set", one});
  return args;
}

async::task<std::shared_ptr<server_process>> server_process::start(test_env& env,
                                                                   const issuer_process& keys,
                                                                   server_options options) {
  std::shared_ptr<server_process> made{new server_process{env}};
  made->program_ = env.start_server(arguments(env, "serve", keys.url(), keys.jwks_uri(), options),
                                    options.under);
  const auto loopback = async::asio::ip::address_v4::loopback();
  const auto front = co_await port_logged(made->program_, "listening");
  const auto admin = co_await port_logged(made->program_, "admin_listening");
  made->front_.where = {loopback, front};
  made->front_.tls = env.tls();
  made->admin_.where = {loopback, admin};
  co_return made;
}

async::task<std::shared_ptr<server_process>> server_process::start_warm(test_env& env,
                                                                        const issuer_process& keys,
                                                                        server_options options) {
  const auto made = co_await start(env, keys, std::move(options));
  co_await made->await_ready();
  co_return made;
}

async::task<reply> server_process::get(std::string_view path, std::string token) {
  co_return co_await env_.ask(front_, "GET", std::string{path}, {}, std::move(token));
}

async::task<bool> server_process::ready() {
  const auto got = co_await env_.ask(admin_, "GET", "/readyz");
  co_return got.status == 200;
}

async::task<> server_process::await_ready() {
  const auto until = clock::now() + server_start_timeout;
  for (;;) {
    const bool is_ready = co_await ready();
    if (is_ready) co_return;
    if (clock::now() > until) throw std::runtime_error{"the server got no keys in time"};
    co_await env_.sleep(ready_poll_interval);
  }
}

std::vector<json::object> server_process::events(std::string_view name, std::size_t from) const {
  const auto mark = fmt::format("\"event\":\"{}\"", name);
  std::vector<json::object> found;
  const auto& lines = program_->lines();
  for (auto i = from; i < lines.size(); ++i) {
    if (lines[i].find(mark) != lines[i].npos) found.push_back(json::parse(lines[i]).as_object());
  }
  return found;
}

async::task<std::vector<std::string>> guarded_requests(issuer_process& keys,
                                                       token_options options) {
  auto all = co_await keys.tokens(options);
  for (auto& one : all) one = get_request(guarded_path, one);
  co_return all;
}

}  // namespace latchkey::bench::harness
