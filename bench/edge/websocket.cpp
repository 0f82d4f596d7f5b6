#include "edge/websocket.hpp"

#include <fmt/format.h>

namespace latchkey::bench::edge {
namespace {

void put_length(std::string& out, std::uint64_t size) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
}

constexpr char binary_and_last = '\x82';

}  // namespace

std::string upgrade_request(std::string_view token) {
  return fmt::format(
      "GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Authorization: Bearer {}\r\n\r\n",
      token);
}

std::string client_frame(std::string_view text, std::uint32_t mask) {
  std::string made{binary_and_last, '\xff'};
  put_length(made, text.size());
  std::string key;
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(mask >> shift);
  made += key;
  made.reserve(made.size() + text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    made += static_cast<char>(text[i] ^ key[i % key.size()]);
  }
  return made;
}

std::string server_head(std::size_t size) {
  std::string made{binary_and_last, '\x7f'};
  put_length(made, size);
  return made;
}

ending_verdict judge_ending(const ending& one, std::chrono::milliseconds within) {
  if (one.ended < one.token_end) return ending_verdict::early;
  return one.ended <= one.token_end + within ? ending_verdict::in_time : ending_verdict::late;
}

}  // namespace latchkey::bench::edge
