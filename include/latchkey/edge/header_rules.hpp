// The fields of a judged request as the upstream is sent them, and those of its answer as the
// client is: what means one connection is dropped, what only we may say is ours alone. Pure. Not
// for bodies or bytes: http1; not for trailers, which are never passed on in HTTP/1.
#pragma once

#include <latchkey/auth/token_place.hpp>
#include <latchkey/core/client_certificate.hpp>
#include <latchkey/core/principal.hpp>
#include <latchkey/edge/certificate_headers.hpp>
#include <latchkey/edge/claim_headers.hpp>
#include <latchkey/edge/field_list.hpp>
#include <latchkey/edge/field_names.hpp>
#include <latchkey/edge/forwarded.hpp>
#include <latchkey/http/request.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

enum class token_to_upstream : std::uint8_t {
  keep,    // as it came
  remove,  // Authorization, DPoP, and every other field or cookie that may hold a token
  claims,  // the same, and the claims in `claims_field`
};

// What the Host field says: what the client asked for, the address of the upstream, or a name.
enum class host_to_upstream : std::uint8_t { keep, upstream, name };

struct header_settings {
  token_to_upstream token = token_to_upstream::remove;
  std::vector<auth::token_place> places;  // beside Authorization: Bearer
  std::vector<claim_header> claims;       // of the token, or certificate_part_of() the client's
  claim_limits limits;
  // Names that are an identity's here as well: those that other routes to the same upstream set.
  // Without them a client could say on one route what only another one may.
  std::vector<std::string> identities;
  // The token's claims, as the issuer wrote them, in base64url: for token_to_upstream::claims.
  std::string claims_field = "x-jwt-claims";
  host_to_upstream host = host_to_upstream::keep;
  std::string host_name;  // for host_to_upstream::name
  history_source history = history_source::x_forwarded;
  // Our name in Via, a token (RFC 9110 section 7.6.3): a proxy has to name itself towards the
  // upstream, and finds loops by it. Empty: none is added; for upstreams that answer otherwise
  // where there is one, such as nginx, which does not compress then (gzip_proxied).
  std::string via = "latchkey";
  // The protocols that a connection may be upgraded to, as the Upgrade field names them.
  std::vector<std::string> upgrades = {"websocket"};
  // Fields that are dropped as telling or steering what only a proxy may, and pass nevertheless.
  std::vector<std::string> let_through;
  // traceparent and tracestate are written by us, if at all; else they pass like any other field.
  bool traced = false;

  bool operator==(const header_settings&) const = default;
};

// How the request's body is sent.
enum class body_kind : std::uint8_t { none, length, chunked };
struct sent_body {
  body_kind kind = body_kind::none;
  std::uint64_t length = 0;  // for body_kind::length
  bool held = false;         // read already: nobody is asked whether it is wanted
};

// What is known of a request beside its head. Views must outlive the fields that are made.
struct forwarded_request {
  const http::request_head& head;
  unsigned version = 11;
  seen_hop seen = {};  // but for the host, which is the head's
  bool trusted_peer = false;
  std::string_view request_id = {};   // empty: none is sent
  std::string_view traceparent = {};  // the same, where traced
  std::string_view tracestate = {};
  const core::principal* principal = nullptr;             // null: no token was asked for
  const core::client_certificate* certificate = nullptr;  // null: the client showed none
  sent_body body = {};
  std::string_view authority = {};  // host and port of the upstream's address, as in a URL
};

// What the fields that were made ask of the connection.
struct forwarded_head {
  std::string_view upgrade;  // the protocol that is offered; a view of the settings; empty: none
  bool expects_continue = false;
  // Where an error came up: the name of the field, for the log.
  std::string_view fault_at;
};

class header_rules {
 public:
  // Throws std::invalid_argument for: a field of a claim whose name is not made of letters, digits
  // and '-', is one that we write or pass ourselves, or is the same as another's to a server that
  // folds names; an upgrade to another version of HTTP or to TLS; names that are no tokens, hosts
  // or known fields where those are asked for.
  explicit header_rules(header_settings settings);

  const header_settings& settings() const { return settings_; }

  // Adds the fields for the upstream to `out`, Host first, those that frame the body last. A name
  // that is spelled otherwise than one that matters here, and is the same to a server that folds
  // names, is dropped. Connection takes away what has no part here only: neither our own fields nor
  // Host, Authorization, cookies and history.
  // Errors, with `made.fault_at`: bad_host, bad_connection, forwarding_loop, claim_not_sendable,
  // claims_too_large. `out` keeps views of the request, of the settings and of the principal.
  core::error_code make_fields(const forwarded_request& request, field_list& out,
                               forwarded_head& made) const;

 private:
  class maker;

  header_settings settings_;
  // The settings' claims, by whom they are made of.
  std::vector<claim_header> of_token_;
  std::vector<certificate_header> of_certificate_;
  known_names names_;
};

}  // namespace latchkey::edge
