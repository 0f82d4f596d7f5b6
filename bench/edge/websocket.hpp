// Messages of the WebSocket row (RFC 6455), and how its connections ended. Pure.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::bench::edge {

// The handshake of a client, with a token.
std::string upgrade_request(std::string_view token);

// One message, of more than 64 KiB: `text` masked with zeros, which leaves it as it is, or with
// what else `mask` is.
std::string client_frame(std::string_view text, std::uint32_t mask);
// The head of the frame that a server sends it back in.
std::string server_head(std::size_t size);

// When a connection should have ended, and when it has.
struct ending {
  core::wall_time token_end;
  core::wall_time ended;
};
enum class ending_verdict : std::uint8_t { in_time, early, late };
// From the token's end on, for `within`.
ending_verdict judge_ending(const ending& one, std::chrono::milliseconds within);

}  // namespace latchkey::bench::edge
