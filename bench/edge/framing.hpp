// Reads what has arrived at an upstream, strictly and apart from latchkey's own reader: how many
// requests the bytes are, and whether they can be read in one way only. And reads the file of
// attacks. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::edge {

struct framing {
  std::size_t requests = 0;        // whole ones
  bool cut = false;                // behind them one has begun clearly and is not whole
  std::string problem;             // why the bytes are nothing of that kind
  std::vector<std::string> heads;  // of the whole ones, with the empty line
};

// RFC 9112, of HTTP/1.1 alone: one Host, one framing (Content-Length once, in digits; or
// Transfer-Encoding: chunked alone), no folding, no space before a colon, no bare CR or LF, no
// other octet in a name than a token has.
framing read_requests(std::string_view bytes);

struct attack {
  std::string name;
  std::string bytes;
};
// NAME, a tab, and bytes with \r, \n, \t, \0, \\, \xHH and @REP(c,n), n times c. Throws
// std::invalid_argument for a line without a tab.
std::vector<attack> read_attacks(std::string_view text);

// The attack with one more field behind the request line; unchanged where there is no such line.
std::string with_field(std::string_view bytes, std::string_view field);

}  // namespace latchkey::bench::edge
