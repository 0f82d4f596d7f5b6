// Writes what becomes of an issuer's keys to the log. Not for what is worth a line: app/key_log.
#pragma once

#include <latchkey/app/log.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/source_report.hpp>

#include <memory>
#include <string>

namespace latchkey::programs {

// `report` is what the source of the keys writes to.
auth::jwks_client::observer log_keys_to(std::shared_ptr<const app::log> events, std::string issuer,
                                        std::shared_ptr<const auth::source_report> report);

}  // namespace latchkey::programs
