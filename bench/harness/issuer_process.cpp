#include "harness/issuer_process.hpp"

#include "common/text_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace latchkey::bench::harness {
namespace {

namespace json = boost::json;

constexpr seconds issuer_start_timeout{20};

async::task<std::string> url_after(std::shared_ptr<child> program, std::string mark) {
  const core::deadline until{clock::now() + issuer_start_timeout};
  const auto wanted = [&mark](std::string_view line) { return line.starts_with(mark); };
  const auto line = co_await program->line(wanted, until);
  if (!line) {
    const auto said = program->lines().empty() ? std::string{"nothing"} : program->lines().back();
    throw std::runtime_error{"latchkey-issuer did not start; it said: " + said};
  }
  co_return line->substr(mark.size());
}

}  // namespace

std::uint16_t port_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto colon = url.find(':', scheme == url.npos ? 0 : scheme + 3);
  std::uint16_t port = 0;
  if (colon != url.npos) std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  if (port == 0) throw std::runtime_error{"no port in " + std::string{url}};
  return port;
}

async::task<std::shared_ptr<issuer_process>> issuer_process::start(test_env& env,
                                                                   issuer_options options) {
  std::shared_ptr<issuer_process> made{new issuer_process{env}};
  std::vector<std::string> args{"serve", "--listen", options.listen};
  if (options.tls) {
    args.insert(args.end(), {"--tls-certificate", env.certificate_file().string(), "--tls-key",
                             env.key_file().string()});
  }
  if (!options.cache_control.empty()) {
    args.insert(args.end(), {"--cache-control", options.cache_control});
  }
  if (!options.key_file.empty()) args.insert(args.end(), {"--key", options.key_file});
  made->program_ = env.start_issuer(std::move(args));
  made->url_ = co_await url_after(made->program_, "listening on ");
  made->control_url_ = co_await url_after(made->program_, "control on ");
  made->control_.where = {async::asio::ip::address_v4::loopback(), port_of(made->control_url_)};
  co_return made;
}

async::task<std::shared_ptr<issuer_process>> issuer_process::start(test_env& env) {
  issuer_options plain;
  return start(env, std::move(plain));
}

async::task<std::string> issuer_process::control(std::string path, std::string body) {
  const std::string method = path == "/control/stats" ? "GET" : "POST";
  const auto got = co_await env_.ask(control_, method, path, std::move(body));
  if (got.status / 100 != 2) {
    throw std::runtime_error{
        fmt::format("the issuer answered {} with {}: {}", path, got.status, got.body)};
  }
  co_return got.body;
}

async::task<> issuer_process::fail(json::object fault) {
  co_await control("/control/fail", json::serialize(fault));
}

async::task<> issuer_process::fail(std::string kind) {
  json::object fault;
  fault["kind"] = kind;
  co_await control("/control/fail", json::serialize(fault));
}

async::task<> issuer_process::heal() {
  co_await control("/control/heal", "{}");
}

async::task<published_keys> issuer_process::turn(json::object step) {
  const auto text = co_await control("/control/rotate", json::serialize(step));
  const auto state = json::parse(text);
  published_keys made;
  made.signing = state.at("signing").as_string();
  for (const auto& one : state.at("published").as_array()) {
    made.kids.emplace_back(one.as_string());
  }
  co_return made;
}

async::task<std::vector<std::string>> issuer_process::rotate(std::string step) {
  json::object request;
  request["step"] = step;
  const auto made = co_await turn(std::move(request));
  co_return made.kids;
}

async::task<> issuer_process::withdraw(std::string kid) {
  json::object request;
  request["step"] = "remove";
  request["kid"] = kid;
  co_await turn(std::move(request));
}

async::task<json::object> issuer_process::stats() {
  const auto text = co_await control("/control/stats", {});
  co_return json::parse(text).as_object();
}

async::task<std::uint64_t> issuer_process::requests(std::string request) {
  const auto all = co_await stats();
  const auto* counted = all.at("requests").as_object().if_contains(request);
  co_return counted == nullptr ? 0 : counted->to_number<std::uint64_t>();
}

async::task<std::uint64_t> issuer_process::fetches() {
  co_return co_await requests("GET /.well-known/jwks.json");
}

async::task<std::vector<std::string>> issuer_process::mint(json::object request) {
  const auto count = request.at("count").to_number<std::size_t>();
  const auto text = co_await control("/control/mint", json::serialize(request));
  auto all = split_lines(text);
  if (all.size() != count) throw std::runtime_error{"the issuer made too few tokens"};
  co_return all;
}

async::task<std::vector<std::string>> issuer_process::tokens(token_options options) {
  json::object wanted;
  wanted["scope"] = "example:note:read";
  wanted["expires_in"] = options.expires_in.count();
  wanted["count"] = options.count;
  if (options.unknown_kids) wanted["kids"] = true;
  co_return co_await mint(std::move(wanted));
}

async::task<std::string> issuer_process::token() {
  const token_options one;
  const auto all = co_await tokens(one);
  co_return all.front();
}

}  // namespace latchkey::bench::harness
