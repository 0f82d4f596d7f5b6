// Faults on the bytes of a connection, which no HTTP response could express: silence, resets, false
// lengths, dripping bytes, floods. Not for whole responses: fault_answer.
#pragma once

#include "issuer/fault.hpp"

#include <latchkey/http/response.hpp>

#include <memory>
#include <span>

namespace latchkey::issuer {

// The kinds that are shown so.
std::span<const fault_kind> wire_faults();

// What takes over the connection in the place of the sound answer. `over` becomes true when the
// fault is lifted; what goes on without an end then ends soon. Of a kind that is not shown by bytes
// it resets the connection: nobody listens any more.
http::tunnel raw_fault(const fault& shown, const http::response& sound, async::executor where,
                       std::shared_ptr<const bool> over);

}  // namespace latchkey::issuer
