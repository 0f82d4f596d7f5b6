// Which request another proxy asks about: read of the fields by which it tells, or of the path that
// it has put behind ours. Pure. Not for whether that request may pass: forward_auth.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/target.hpp>

#include <string_view>

namespace latchkey::edge {

// Views are of the head of the check.
struct original_request {
  http::verb method = http::verb::unknown;
  std::string_view method_text;
  std::string_view target_text;  // path and query, as told
  http::target target;           // the same, judged
  std::string_view host;         // empty: not told
  bool secure = false;           // came by https
};

// `behind`: what of the check's own target stands behind the path that checks are asked at, its
// query included; empty where there is nothing. It may be told in three ways:
// - X-Original-Method with X-Original-URI (path and query) or X-Original-URL (with scheme and
//   host);
// - X-Forwarded-Method with X-Forwarded-Uri, X-Forwarded-Host and -Proto beside them;
// - the check's own method, with `behind`.
// What is told in several ways must be told alike, byte by byte: of two answers to one question the
// neighbour could take the wrong one. The path is held to the rules of http::parse_target and of
// find_forwarding_fault, as that of a request of our own. `trusted`: the peer is a proxy that may
// ask; nothing that anybody else tells is read. Errors: check_not_trusted, check_incomplete,
// check_repeated, check_contradictory, check_malformed, ambiguous_path, and those of parse_target.
core::result<original_request> read_original(const http::request_head& check,
                                             std::string_view behind, bool trusted);

// Whether the field is one that read_original reads.
bool tells_original(std::string_view name);

}  // namespace latchkey::edge
