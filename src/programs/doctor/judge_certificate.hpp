// Our own certificate: for whom, for how long, with which key, in which order. Pure. Not for those
// of others: judge_way.
#pragma once

#include "certificate_facts.hpp"
#include "finding.hpp"

#include <latchkey/core/time.hpp>

#include <string>

namespace latchkey::doctor {

// Which files they are.
struct named_pair {
  std::string subject;  // "server.tls", "server.certificate.0"
  std::string certificate;
  std::string key;
};

findings judge_certificate(const named_pair& files, const certificate_facts& facts,
                           core::wall_time now);

}  // namespace latchkey::doctor
