// Gives the bytes of one connection to a response_reader in pieces and tells what it made of them.
// For tests and fuzz targets; no I/O.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::support {

struct response_run {
  core::error_code error;
  std::vector<std::string> heads;      // each with all that was read out of it, in one line
  std::vector<std::size_t> head_ends;  // behind each head
  std::string body;
  bool whole = false;
  std::size_t consumed = 0;

  // Pieces may hand out more or less of a body before its error.
  bool operator==(const response_run& other) const {
    return error == other.error && heads == other.heads && whole == other.whole &&
           (error || (body == other.body && consumed == other.consumed));
  }
};

inline std::string line_of(const http1::response_head& head) {
  constexpr std::string_view kinds[] = {"final", "interim", "upgraded"};
  constexpr std::string_view bodies[] = {"none", "length", "chunked", "until_close"};
  auto line = std::to_string(head.version) + ' ' + std::to_string(head.status) + " (" +
              std::string{head.reason} + ") ";
  line.append(kinds[static_cast<std::size_t>(head.kind)]).append(" ");
  line.append(bodies[static_cast<std::size_t>(head.body)]);
  if (head.body == http1::body_framing::length) line += ' ' + std::to_string(head.content_length);
  line += head.keep_alive ? " keep" : " close";
  for (const auto& [name, value] : head.fields) {
    line.append(" ").append(name).append("=").append(value).append(";");
  }
  return line;
}

// `piece` gives the size of the next piece. Without `end` the connection stays open.
template <class Piece>
response_run run_responses(std::string_view bytes, http1::response_reader& reader, Piece piece,
                           std::optional<http1::connection_end> end) {
  using event = http1::response_reader::event;
  response_run made;
  std::string pending;
  const auto drain = [&] {
    for (;;) {
      const auto step = reader.next(pending);
      if (step.has_error()) {
        made.error = step.error();
        return false;
      }
      if (step->what == event::head || step->what == event::interim) {
        made.heads.push_back(line_of(reader.head()));
        made.head_ends.push_back(made.consumed + step->consumed);
      }
      made.body.append(step->data);
      made.consumed += step->consumed;
      pending.erase(0, step->consumed);
      made.whole = step->what == event::end;
      if (made.whole || step->what == event::more) return !made.whole;
    }
  };
  bool more = drain();
  while (more && !bytes.empty()) {
    const auto size = std::clamp<std::size_t>(piece(), 1, bytes.size());
    pending.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    more = drain();
  }
  if (!more || !end) return made;
  const auto step = reader.finish(*end);
  if (step.has_error()) {
    made.error = step.error();
  } else {
    made.whole = true;
  }
  return made;
}

inline response_run run_response(
    std::string_view bytes, const http1::request_facts& asked = {},
    const http1::response_limits& limits = {}, std::size_t piece = std::string_view::npos,
    std::optional<http1::connection_end> end = http1::connection_end::clean) {
  http1::response_reader reader{limits, asked};
  return run_responses(bytes, reader, [piece] { return piece; }, end);
}

}  // namespace latchkey::support
