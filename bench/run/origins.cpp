#include "run/origins.hpp"

#include <latchkey/http/url.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::run {
namespace {

async::tcp::endpoint resolve(const http::url& where) {
  boost::asio::io_context context{1};
  async::tcp_resolver resolver{context.get_executor()};
  core::error_code error;
  const std::string host{where.host};
  const auto found = resolver.resolve(host, std::to_string(where.port), error);
  if (error || found.empty()) {
    throw std::runtime_error{fmt::format("{}: {}", host, error.message())};
  }
  // A server on this machine is rarely on the address of version 6 that "localhost" has as well.
  for (const auto& one : found) {
    if (one.endpoint().address().is_v4()) return one.endpoint();
  }
  return found.begin()->endpoint();
}

std::shared_ptr<const load::client_tls> make_tls(const options& asked) {
  load::client_tls::settings with;
  with.verify = !asked.insecure;
  if (!asked.ca_file.empty()) {
    std::ifstream in{asked.ca_file, std::ios::binary};
    if (!in) throw std::runtime_error{asked.ca_file + ": cannot be read"};
    with.authority_pem.assign(std::istreambuf_iterator<char>{in}, {});
    if (with.authority_pem.empty()) throw std::runtime_error{asked.ca_file + ": is empty"};
  }
  return std::make_shared<const load::client_tls>(with);
}

}  // namespace

places resolve_origins(const options& asked) {
  places made;
  std::map<std::string, std::size_t, std::less<>> known;
  std::shared_ptr<const load::client_tls> tls;
  for (const auto& [text, weight] : asked.urls) {
    const auto where = http::parse_url(text);
    if (!where) throw std::runtime_error{text + ": is no URL"};
    const auto name = fmt::format("{}://{}", where->secure ? "https" : "http", where->authority);
    const auto [found, fresh] = known.emplace(name, made.origins.size());
    if (fresh) {
      load::target to;
      to.where = resolve(*where);
      to.host = where->host;
      to.resume = asked.resume;
      to.keep_bodies = false;
      if (where->secure) {
        if (!tls) tls = make_tls(asked);
        to.tls = tls;
      }
      made.origins.push_back(std::move(to));
    }
    std::string target{where->path.empty() ? "/" : where->path};
    if (!where->query.empty()) target.append("?").append(where->query);
    made.shapes.push_back({std::string{where->authority}, target, found->second, weight});
  }
  return made;
}

}  // namespace latchkey::bench::run
