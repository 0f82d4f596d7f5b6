#include "idp_faults/provider.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

namespace json = boost::json;

constexpr seconds patience{20};

async::task<std::string> url_after(std::shared_ptr<child> program, std::string mark) {
  const core::deadline until{clock::now() + patience};
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

async::task<std::shared_ptr<provider>> provider::start(stage& on, provider_order order) {
  std::shared_ptr<provider> made{new provider{on}};
  std::vector<std::string> args{"serve", "--listen", order.listen};
  if (order.tls) {
    args.insert(args.end(), {"--tls-certificate", on.certificate_file().string(), "--tls-key",
                             on.key_file().string()});
  }
  if (!order.cache_control.empty()) {
    args.insert(args.end(), {"--cache-control", order.cache_control});
  }
  if (!order.key_file.empty()) args.insert(args.end(), {"--key", order.key_file});
  made->program_ = on.start_issuer(std::move(args));
  made->url_ = co_await url_after(made->program_, "listening on ");
  made->control_url_ = co_await url_after(made->program_, "control on ");
  made->control_.where = {async::asio::ip::address_v4::loopback(), port_of(made->control_url_)};
  co_return made;
}

async::task<std::shared_ptr<provider>> provider::start(stage& on) {
  provider_order plain;
  return start(on, std::move(plain));
}

async::task<std::string> provider::control(std::string path, std::string body) {
  const std::string method = path == "/control/stats" ? "GET" : "POST";
  const auto got = co_await stage_.ask(control_, method, path, std::move(body));
  if (got.status / 100 != 2) {
    throw std::runtime_error{
        fmt::format("the issuer answered {} with {}: {}", path, got.status, got.body)};
  }
  co_return got.body;
}

async::task<> provider::fail(json::object fault) {
  co_await control("/control/fail", json::serialize(fault));
}

async::task<> provider::fail(std::string kind) {
  json::object fault;
  fault["kind"] = kind;
  co_await control("/control/fail", json::serialize(fault));
}

async::task<> provider::heal() {
  co_await control("/control/heal", "{}");
}

async::task<published_keys> provider::turn(json::object step) {
  const auto text = co_await control("/control/rotate", json::serialize(step));
  const auto state = json::parse(text);
  published_keys made;
  made.signing = state.at("signing").as_string();
  for (const auto& one : state.at("published").as_array()) {
    made.kids.emplace_back(one.as_string());
  }
  co_return made;
}

async::task<std::vector<std::string>> provider::rotate(std::string step) {
  json::object order;
  order["step"] = step;
  const auto made = co_await turn(std::move(order));
  co_return made.kids;
}

async::task<> provider::withdraw(std::string kid) {
  json::object order;
  order["step"] = "remove";
  order["kid"] = kid;
  co_await turn(std::move(order));
}

async::task<json::object> provider::stats() {
  const auto text = co_await control("/control/stats", {});
  co_return json::parse(text).as_object();
}

async::task<std::uint64_t> provider::requests(std::string request) {
  const auto all = co_await stats();
  const auto* counted = all.at("requests").as_object().if_contains(request);
  co_return counted == nullptr ? 0 : counted->to_number<std::uint64_t>();
}

async::task<std::uint64_t> provider::fetches() {
  co_return co_await requests("GET /.well-known/jwks.json");
}

async::task<std::vector<std::string>> provider::mint(json::object order) {
  const auto count = order.at("count").to_number<std::size_t>();
  const auto text = co_await control("/control/mint", json::serialize(order));
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    if (end > begin) all.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (all.size() != count) throw std::runtime_error{"the issuer made too few tokens"};
  co_return all;
}

async::task<std::vector<std::string>> provider::tokens(token_order order) {
  json::object wanted;
  wanted["scope"] = "example:note:read";
  wanted["expires_in"] = order.expires_in.count();
  wanted["count"] = order.count;
  if (order.unknown_kids) wanted["kids"] = true;
  co_return co_await mint(std::move(wanted));
}

async::task<std::string> provider::token() {
  const token_order one;
  const auto all = co_await tokens(one);
  co_return all.front();
}

}  // namespace latchkey::bench::idp_faults
