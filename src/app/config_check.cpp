#include "config_check.hpp"

#include "config_check_addresses.hpp"
#include "config_check_clients.hpp"
#include "config_check_distinct.hpp"
#include "config_check_docs.hpp"
#include "config_check_edge.hpp"
#include "config_check_forward_auth.hpp"
#include "config_check_guards.hpp"
#include "config_check_keys.hpp"
#include "config_check_mcp.hpp"
#include "config_check_notes.hpp"
#include "config_check_resources.hpp"
#include "config_check_routes.hpp"
#include "config_check_tokens.hpp"
#include "config_check_trace.hpp"
#include "config_text.hpp"

#include <latchkey/app/log.hpp>
#include <latchkey/app/preset.hpp>
#include <latchkey/jose/issuer_template.hpp>

#include <algorithm>
#include <iterator>
#include <map>

namespace latchkey::app {
namespace {

std::string at(std::string_view table, std::size_t index, std::string_view key) {
  return std::string{table} + '.' + std::to_string(index) + '.' + std::string{key};
}

void check_listeners(const config& value, report& problems) {
  const auto& server = value.server;
  check_addresses(value, problems);
  for (std::size_t i = 0; i < server.listeners.size(); ++i) {
    const auto& one = server.listeners[i];
    if (one.proxy_protocol && server.trusted_proxies.empty()) {
      problems.add_found(at("server.listener", i, "proxy_protocol"),
                         "found true without server.trusted_proxies, so nobody could connect; "
                         "expected the addresses of the proxies there");
    }
  }
  if (server.listen.empty() && server.listeners.empty()) {
    problems.add_found("server.listen",
                       "found an empty array without a [[server.listener]]; expected an address "
                       "in one of the two");
  }
  check_distinct(value.admin.hosts, "admin.hosts", problems);
}

void check_certificates(const server_config& server, report& problems) {
  for (std::size_t i = 0; i < server.certificates.size(); ++i) {
    check_distinct(server.certificates[i].names, at("server.certificate", i, "names"), problems);
  }
}

void check_limits(const server_config& server, report& problems) {
  const auto check = [&](const char* inner, std::size_t size) {
    if (size <= server.limits.head.bytes) return;
    problems.add_found(std::string{"server.limits."} + inner,
                       "found " + std::to_string(size) +
                           ", which is more than server.limits.header_bytes (" +
                           std::to_string(server.limits.head.bytes) + ") leaves room for");
  };
  check("token_bytes", server.limits.token_bytes);
  check("request_line", server.limits.head.start_line);
}

// Where the log's file is renamed and begun anew, its folder is written to, and a sandbox opens no
// folder that everybody uses.
void check_sandbox(const config& value, report& problems) {
  const auto& path = value.log.file.path;
  const auto mode = value.server.sandbox;
  if (mode == sandbox_mode::off || mode == sandbox_mode::seccomp || path.empty()) return;
  const auto folder = path.lexically_normal().parent_path();
  if (folder == "/dev" || std::distance(folder.begin(), folder.end()) > 2) return;
  problems.add_found("log.file.path",
                     "found " + shown_string(path.string()) + ", whose folder is " +
                         folder.string() +
                         "; with server.sandbox the file needs a folder that is not at the top of "
                         "the file system, like /var/log/latchkey");
}

void check_log(const log_config& log, report& problems) {
  for (std::size_t i = 0; i < log.sinks.size(); ++i) {
    const auto here = log.sinks.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(log.sinks.begin(), here, *here) == here) continue;
    problems.add_found("log.sinks." + std::to_string(i),
                       "found " + shown_string(name_of(*here)) + " a second time; once is enough");
  }
  const bool wanted =
      std::find(log.sinks.begin(), log.sinks.end(), log_sink::file) != log.sinks.end();
  if (wanted && log.file.path.empty()) {
    problems.add_found("log.file.path", "missing; log.sinks has \"file\"");
  }
  if (!wanted && !log.file.path.empty()) {
    problems.add_found("log.file.path", "found without \"file\" in log.sinks");
  }
}

// Less than this could not hold one token of the larger sort with what it says.
constexpr std::size_t min_token_cache = 64 * 1024;

void check_verify(const verify_config& verify, report& problems) {
  const auto bytes = verify.token_cache_bytes;
  if (bytes == 0 || bytes >= min_token_cache) return;
  problems.add_found("verify.token_cache_bytes",
                     "found " + std::to_string(bytes) +
                         ", which is too little to hold a token; expected " +
                         std::to_string(min_token_cache) + " or more, or 0 for no cache");
}

void check_issuer(const issuer_config& issuer, std::size_t index, report& problems) {
  check_tokens(issuer, "issuer." + std::to_string(index), problems);
  check_keys(issuer, "issuer." + std::to_string(index), problems);
  if (issuer.issuer.empty()) return;
  if (const auto wanted = wanted_claim(issuer); !wanted.empty()) {
    problems.add_found(at("issuer", index, "preset"),
                       "needs more than the preset; expected " + std::string{wanted});
  }
  if (const auto wanted = wanted_issuer(issuer.preset, issuer.issuer); !wanted.empty()) {
    problems.add_found(at("issuer", index, "issuer"),
                       "found " + shown_string(issuer.issuer) +
                           ", which no token of the preset's provider names; expected " +
                           std::string{wanted});
  }
}

// As its tokens name it, each tenant by itself.
std::vector<std::string> names_of(const issuer_config& issuer) {
  if (issuer.issuer.empty()) return {};
  if (issuer.tenants.empty()) return {issuer.issuer};
  std::vector<std::string> names;
  for (const auto& one : issuer.tenants) names.push_back(jose::issuer_of(issuer.issuer, one));
  return names;
}

void check_issuers(const config& value, report& problems) {
  if (value.issuers.empty()) {
    problems.add_found("issuer",
                       "missing; expected at least one [[issuer]] whose tokens are accepted");
  }
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < value.issuers.size(); ++i) {
    const auto& one = value.issuers[i];
    check_issuer(one, i, problems);
    for (const auto& name : names_of(one)) {
      const auto [first, fresh] = seen.emplace(name, i);
      // What one issuer lists twice has been told already.
      if (fresh || first->second == i) continue;
      problems.add_found(
          at("issuer", i, "issuer"),
          "found " + shown_string(name) + ", which is issuer." + std::to_string(first->second) +
              " already; an issuer has one set of rules (list all its audiences there)");
    }
  }
}

}  // namespace

void check_together(const config& value, report& problems) {
  check_listeners(value, problems);
  check_clients(value, problems);
  check_certificates(value.server, problems);
  check_limits(value.server, problems);
  check_log(value.log, problems);
  check_sandbox(value, problems);
  check_trace(value.trace, problems);
  check_verify(value.verify, problems);
  check_issuers(value, problems);
  check_places_together(value.issuers, problems);
  check_docs(value, problems);
  check_upstreams(value, problems);
  check_routes(value, problems);
  check_forwarding(value, problems);
  check_forward_auth(value, problems);
  check_resources(value, problems);
  check_guards(value, problems);
  check_mcp(value, problems);
  check_notes(value, problems);
}

}  // namespace latchkey::app
