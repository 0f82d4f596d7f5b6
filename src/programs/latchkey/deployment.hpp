// What a configuration has been made into: the site that requests are answered by, and what it
// verifies tokens with. Immutable, numbered; a reload makes the next one. Not for replacing it:
// reloader.
#pragma once

#include "given_sockets.hpp"
#include "issuers.hpp"
#include "notes.hpp"
#include "tracing.hpp"
#include "upstreams.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/loaded_files.hpp>
#include <latchkey/app/refusal_sampler.hpp>
#include <latchkey/app/reload.hpp>
#include <latchkey/app/request_counts.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/middleware/limit_store.hpp>
#include <latchkey/net/tls.hpp>
#include <latchkey/server/site.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace latchkey::programs {

struct deployment {
  std::uint64_t generation = 1;
  core::wall_time since;
  app::config loaded;
  verification verifying;
  upstreams behind;
  std::shared_ptr<store::note_store> notes;                 // null: nothing keeps notes
  std::shared_ptr<const trace::export_settings> exporting;  // null: no spans are
  std::shared_ptr<const server::site> site;
};
using deployment_ptr = std::shared_ptr<const deployment>;

// What all deployments of a process share.
struct deployment_parts {
  verification_parts verifying;
  std::shared_ptr<net::ticket_ring> tickets;
  // How many connections of clients may be open at once.
  std::function<std::size_t(const app::config&)> connections;
  std::shared_ptr<app::request_counts> requests = {};  // null: they are not counted
  std::shared_ptr<given_sockets> sockets;              // not null
  bool sandboxed = false;                              // so that a file may be out of reach
  std::shared_ptr<middleware::limit_store> limits;
  std::shared_ptr<app::refusal_sampler> refusals;
  std::shared_ptr<trace::span_store> spans;  // not null
  trace::exporter* exporter = nullptr;       // outlives all deployments
  std::shared_ptr<store::counts> notes_counts = std::make_shared<store::counts>();
};

// Where to listen for clients, with the terms of the site that is made of `loaded`; throws
// std::runtime_error that says why where a socket that was given is not among them, one that is
// named was not given, or an address stands in two places.
std::vector<server::listen_address> front_addresses(const app::config& loaded,
                                                    const given_sockets& sockets);

// `before` is null at the start. `files`: those of the configuration, where they have been loaded
// without problems; null: they are loaded. Throws std::exception that says which file or setting is
// at fault, core::given_up where the parts say that it is to end early.
deployment_ptr make_deployment(app::config loaded, const deployment* before,
                               const deployment_parts& with,
                               const app::loaded_files* files = nullptr);

// The same of the admin listener: one, or none where there is none; or several of one name.
std::vector<async::tcp::endpoint> admin_addresses(const app::config& loaded,
                                                  const given_sockets& sockets);

// What loading the files of a configuration needs.
app::loading loading_with(const deployment_parts& parts);

// As they are shown to clients.
std::vector<app::certificate_status> certificates_of(const deployment& of);

}  // namespace latchkey::programs
