#include "deployment.hpp"

#include "random_word.hpp"

#include <latchkey/app/documents.hpp>
#include <latchkey/app/openapi.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/middleware/request_id.hpp>
#include <latchkey/net/address.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace latchkey::programs {
namespace {

server::session_settings session_of(const app::server_config& settings) {
  return {.head = settings.limits.head,
          .body_bytes = settings.limits.body_bytes,
          .timeouts = settings.timeouts.session};
}

// The first are those of server.listen, then each [[server.listener]] has its own.
std::vector<server::listener_terms> terms_of(const app::server_config& settings,
                                             const app::loaded_files* files,
                                             const core::clock& clock) {
  std::vector<server::listener_terms> all{server::listener_terms{}};
  for (std::size_t i = 0; i < settings.listeners.size(); ++i) {
    const auto& one = settings.listeners[i];
    all.push_back(
        {one.proxy_protocol,
         files != nullptr ? files->clients.at(i) : app::make_client_rules(one, clock.wall),
         one.plain_http != app::plain_http::off});
  }
  return all;
}

// Of addresses that were written the check of the configuration has told; this is of sockets that
// were given.
void require_loopback(const std::vector<server::listen_address>& all,
                      const app::server_config& settings) {
  for (const auto& one : all) {
    if (one.terms == 0) continue;
    const auto listener = one.terms - 1;
    const bool only_here = settings.listeners.at(listener).plain_http == app::plain_http::loopback;
    if (!only_here || net::unmapped(one.where.address()).is_loopback()) continue;
    throw std::runtime_error{"server.listener." + std::to_string(listener) + ".listen has " +
                             one.where.address().to_string() +
                             ", which is no loopback address, with plain_http = \"loopback\""};
  }
}

http::handler pipeline_of(const deployment& of, const deployment_parts& shared) {
  const auto& with = shared.verifying;
  app::pipeline_parts parts;
  parts.events = with.events;
  parts.issuers = of.verifying.issuers;
  parts.clock = with.clock;
  parts.make_request_id = middleware::random_request_id;
  parts.upstream = [&of](const std::string& name) { return find_upstream(of.behind, name); };
  if (shared.requests) {
    parts.index_of = [&shared](std::string_view pattern) {
      return shared.requests->index_of(pattern);
    };
  }
  parts.limits = shared.limits;
  parts.threads = &with.workers;
  parts.spans = shared.spans;
  parts.handlers = {with.clock, of.notes, shared.notes_counts, of.loaded.notes.timeout,
                    random_word};
  const auto& loaded = of.loaded;
  if (loaded.docs.enabled) {
    parts.docs = std::make_shared<const app::documents>(
        loaded.docs,
        app::openapi_json(loaded.docs, loaded.routes, loaded.server.insufficient_scope_status));
  }
  return app::make_pipeline(loaded, parts);
}

}  // namespace

deployment_ptr make_deployment(app::config loaded, const deployment* before,
                               const deployment_parts& with, const app::loaded_files* files) {
  auto made = std::make_shared<deployment>();
  made->generation = before == nullptr ? 1 : before->generation + 1;
  made->since = with.verifying.clock.wall();
  made->loaded = std::move(loaded);
  made->verifying = make_verification(
      made->loaded, before == nullptr ? nullptr : &before->verifying, with.verifying);
  made->behind =
      make_upstreams(made->loaded, before == nullptr ? nullptr : &before->behind, with.verifying);
  const bool same_notes = before != nullptr && before->loaded.notes == made->loaded.notes;
  made->notes =
      same_notes ? before->notes : open_notes(made->loaded, before != nullptr, with.verifying);
  made->exporting = make_exporting(made->loaded.trace, with.verifying);
  auto site = std::make_shared<server::site>();
  site->generation = made->generation;
  site->session = session_of(made->loaded.server);
  site->tls = files != nullptr ? files->tls
                               : app::make_tls_context(made->loaded.server, loading_with(with));
  site->connections = with.connections(made->loaded);
  site->terms = terms_of(made->loaded.server, files, with.verifying.clock);
  for (const auto& text : made->loaded.server.trusted_proxies) {
    if (const auto one = net::network::parse(text)) site->trusted_proxies.push_back(*one);
  }
  site->pipeline = pipeline_of(*made, with);
  made->site = std::move(site);
  return made;
}

std::vector<async::tcp::endpoint> admin_addresses(const app::config& loaded,
                                                  const given_sockets& sockets) {
  const auto& listen = loaded.admin.listen;
  if (listen.empty()) return {};
  return sockets.addresses_of({listen}, "admin.listen");
}

std::vector<server::listen_address> front_addresses(const app::config& loaded,
                                                    const given_sockets& sockets) {
  auto front = sockets.addresses_of(loaded.server);
  std::vector<async::tcp::endpoint> all;
  for (const auto& one : front) all.push_back(one.where);
  sockets.require_use(all, admin_addresses(loaded, sockets));
  require_loopback(front, loaded.server);
  return front;
}

app::loading loading_with(const deployment_parts& parts) {
  return {parts.tickets, parts.verifying.authorities, parts.verifying.stopped};
}

std::vector<app::certificate_status> certificates_of(const deployment& of) {
  std::vector<app::certificate_status> all;
  for (const auto& one : of.site->tls->certificates()) {
    all.push_back({one.file.string(), one.names, one.key, one.valid.from, one.valid.until});
  }
  return all;
}

}  // namespace latchkey::programs
