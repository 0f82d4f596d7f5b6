// What the configuration needs of the network: the ways to providers, upstreams and the collector
// of spans, and the keys of the issuers. Not for what is said of it: judge_way, judge_keys.
#pragma once

#include "finding.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/key_set.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace latchkey::doctor {

struct network_findings {
  findings all;
  // Of the issuers, in their order; null where they cannot be had.
  std::vector<std::shared_ptr<const jose::key_set>> keys;
};

// All at once, each for at most `patience`, and all together little longer. `proxy` is what
// programs::proxy_from gave.
network_findings check_network(const app::config& loaded, const client::proxy_settings& proxy,
                               const core::clock& clock, std::chrono::milliseconds patience);

}  // namespace latchkey::doctor
