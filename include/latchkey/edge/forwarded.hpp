// Where a request has come from, for who stands behind: X-Forwarded-For, -Proto, -Host, -Port and
// Forwarded (RFC 7239). Pure. Not for other fields that tell of a client: header_rules.
#pragma once

#include <latchkey/edge/field_list.hpp>
#include <latchkey/http/request.hpp>

#include <cstdint>
#include <string_view>

namespace latchkey::edge {

// What this server saw itself.
struct seen_hop {
  std::string_view peer;   // address as text; empty: unknown
  std::string_view host;   // the Host field, if is_host_value; empty: none
  bool secure = false;     // came by https
  std::uint16_t port = 0;  // that the client connected to; 0: unknown
};

// Which fields of a trusted proxy tell of those before it. The other kind may have come through it
// unseen, made by anybody, and is written anew from the one that is trusted.
enum class history_source : std::uint8_t { x_forwarded, forwarded };

// A name or an IP address, in brackets where it is one of IPv6, perhaps with a port: what nobody
// reads as two things.
bool is_host_value(std::string_view value);

// Adds the five fields; those of the request are not to be passed. `trusted`: the peer is a proxy
// whose history is continued:
// - For and the elements of Forwarded: its own, the peer behind them. What stands before an element
//   that is no address and no name of RFC 7239 section 6 is left out, as is all but the last 32; a
//   Forwarded that cannot be parsed is left out as a whole.
// - Proto, Host and Port are the first proxy's to tell and not lists: kept where they are one good
//   value each, else what was seen here. Of Forwarded its last element tells them.
// Otherwise nothing of the request but what was seen here. `out` keeps views of what `head` and
// `seen` are views of.
void add_history(const http::request_head& head, const seen_hop& seen, bool trusted,
                 history_source source, field_list& out);

}  // namespace latchkey::edge
