// Writes the metrics of the key caches. Not for counting.
#pragma once

#include <latchkey/app/issuer_status.hpp>
#include <latchkey/app/metric_table.hpp>

#include <span>
#include <vector>

namespace latchkey::app {

// latchkey_jwks_* and latchkey_unknown_kid_denials_total, with the label `issuer`. Each issuer
// occurs once.
void write_key_metrics(metrics_text& out, std::span<const issuer_status> issuers);

std::vector<metric_info> key_metrics();

}  // namespace latchkey::app
