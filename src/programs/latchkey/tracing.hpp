// What a configuration means for exporting spans: where they are sent, and by what client. Not for
// recording them: app/server_span, edge.
#pragma once

#include "issuers.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/trace/exporter.hpp>

#include <memory>

namespace latchkey::programs {

// Null where nothing is exported. Throws as client::https_client.
std::shared_ptr<const trace::export_settings> make_exporting(const app::trace_config& trace,
                                                             const verification_parts& with);

// Says in the log when the collector cannot be told, and when it can again.
std::unique_ptr<trace::exporter> make_exporter(const async::executor& home,
                                               const core::clock& clock,
                                               std::shared_ptr<trace::span_store> from,
                                               std::shared_ptr<const app::log> events);

}  // namespace latchkey::programs
