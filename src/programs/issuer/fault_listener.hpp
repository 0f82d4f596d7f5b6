// The faults below HTTP: whether the issuer's listener listens at all, and what certificate it
// presents. Not for faults of an answer: fault_switch.
#pragma once

#include "issuer/fault_kind.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/net/tls.hpp>
#include <latchkey/server/server.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>

namespace latchkey::issuer {

// What a provider can do to the listener that it answers on. Empty functions where there is none,
// as in tests.
struct listener {
  // Shows this fault in the place of the one before, or none for null, once the task has ended.
  std::function<async::task<core::error_code>(const fault_kind*)> show;
  // How many connections it has accepted since the start.
  std::function<std::uint64_t()> accepted;
  bool secure = false;  // speaks TLS
};

// The contexts that a secure listener can present itself by.
struct certificates {
  std::shared_ptr<const net::tls_context> own;
  std::map<const fault_kind*, std::shared_ptr<const net::tls_context>> faulty;
};

// The kinds that are shown by what listens, and by the certificate it presents.
std::span<const fault_kind> listener_faults();
std::span<const fault_kind> certificate_faults();

// Makes the faulty certificates, each with one thing wrong: those that expired and of the wrong
// host are signed by the key of `files`, so that who trusts that certificate as an authority trusts
// them but for that; the self-signed one has the right name and a key of its own. Throws
// std::runtime_error for files that cannot be used.
certificates make_certificates(const net::tls_files& files);

// The faults of `server`, which must outlive what it is used for. `known.own` is null on a listener
// without TLS.
listener listener_of(server::server& server, certificates known);

}  // namespace latchkey::issuer
