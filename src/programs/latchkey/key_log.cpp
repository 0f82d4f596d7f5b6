#include "key_log.hpp"

#include <latchkey/app/key_log.hpp>

#include <utility>

namespace latchkey::programs {

auth::jwks_client::observer log_keys_to(std::shared_ptr<const app::log> events, std::string issuer,
                                        std::shared_ptr<const auth::source_report> report) {
  return [events = std::move(events), issuer = std::move(issuer),
          report = std::move(report)](const auth::jwks_event& event) {
    if (const auto line = app::key_line_of(issuer, event, report->last())) {
      events->event(line->level, line->name, line->fields);
    }
  };
}

}  // namespace latchkey::programs
