#include "deployment.hpp"

#include <latchkey/app/documents.hpp>
#include <latchkey/app/openapi.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/middleware/request_id.hpp>

#include <utility>

namespace latchkey::programs {
namespace {

server::session_settings session_of(const app::server_config& settings) {
  return {.head = settings.limits.head,
          .body_bytes = settings.limits.body_bytes,
          .timeouts = settings.timeouts.session};
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
                               const deployment_parts& with,
                               std::shared_ptr<const net::tls_context> tls) {
  auto made = std::make_shared<deployment>();
  made->generation = before == nullptr ? 1 : before->generation + 1;
  made->since = with.verifying.clock.wall();
  made->loaded = std::move(loaded);
  made->verifying = make_verification(
      made->loaded, before == nullptr ? nullptr : &before->verifying, with.verifying);
  made->behind =
      make_upstreams(made->loaded, before == nullptr ? nullptr : &before->behind, with.verifying);
  auto site = std::make_shared<server::site>();
  site->generation = made->generation;
  site->session = session_of(made->loaded.server);
  site->tls = tls ? std::move(tls) : app::make_tls_context(made->loaded.server, loading_with(with));
  site->connections = with.connections(made->loaded);
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

std::vector<async::tcp::endpoint> front_addresses(const app::config& loaded,
                                                  const given_sockets& sockets) {
  auto front = sockets.addresses_of(loaded.server.listen, "server.listen");
  sockets.require_use(front, admin_addresses(loaded, sockets));
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
