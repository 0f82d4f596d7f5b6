// What exchanges of one thread work in, kept for the next ones: their memory is asked for once. Not
// shared by threads, and not for what an exchange decides.
#pragma once

#include <latchkey/edge/field_list.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace latchkey::edge {

// Holds the head of most answers, and a piece of a body as TLS gives it.
inline constexpr std::size_t buffer_size = 16 * 1024;
using exchange_buffer = std::array<char, buffer_size>;

struct workspace {
  explicit workspace(const http1::response_limits& limits) : reader{limits} {}

  field_list fields;
  std::string target;
  std::string bytes;  // of the head of the request
  http1::response_reader reader;
};

}  // namespace latchkey::edge
