// The head of an upstream's answer as the client is sent it. Pure. Not for its body, and not for
// the fields that frame it, which the session writes.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/response.hpp>
#include <latchkey/http1/response_head.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace latchkey::edge {

struct passed_answer {
  http::response answer;  // without a body
  // What Content-Length says of a body that is not sent: the answer to HEAD, and 304 (RFC 9110
  // section 8.6).
  std::optional<std::uint64_t> told_length;
};

// Status and fields of a final, an interim or an upgrading answer, in their order. Left out are the
// fields of is_kept_from_clients and those that Connection names. `offered`: the protocol that the
// upstream was offered to upgrade to; a 101 that names it alone keeps its Upgrade field, any other
// is errc::unexpected_upgrade (RFC 9110 section 15.2.2).
core::result<passed_answer> pass_answer(const http1::response_head& head, std::string_view offered);

}  // namespace latchkey::edge
