// Heads of requests through the rules for what an upstream is sent: whatever a client writes, the
// bytes that go on are one request with one host and one framing, and say nothing of who the client
// is but what we say.
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/http1/request_head.hpp>
#include <latchkey/http1/request_writer.hpp>

#include <fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace edge = latchkey::edge;
namespace http = latchkey::http;
namespace http1 = latchkey::http1;

namespace {

edge::header_rules make_rules(edge::token_to_upstream token, edge::history_source history) {
  edge::header_settings settings;
  settings.token = token;
  settings.history = history;
  settings.traced = true;
  settings.places = {{.cookie = "session"}, {.header = "x-token"}};
  settings.claims = {{.name = "x-user", .claim = "sub"},
                     {.name = "x-tenant-id", .claim = "org.id"}};
  return edge::header_rules{settings};
}

std::size_t count_folded(const http::request_head& head, std::string_view folded) {
  return static_cast<std::size_t>(
      std::count_if(head.fields.begin(), head.fields.end(),
                    [folded](const auto& one) { return edge::fold(one.name) == folded; }));
}

void check_sent(const http::request_head& sent, const http1::request_wire& wire,
                const edge::forwarded_request& request, const edge::header_rules& rules) {
  require(count_folded(sent, "host") == 1, "there is one host");
  for (const char* name : {"x_user", "x_tenant_id"}) {
    require(count_folded(sent, name) == 1, "a claim is there once, in one spelling");
  }
  require(sent.find("x-user") == "ann" && sent.find("x-tenant-id") == "7", "and is the token's");
  require(count_folded(sent, "traceparent") == 1 && sent.find("traceparent") == "ours",
          "the trace is told by us alone");
  require(count_folded(sent, "tracestate") == 0, "and its state is not the client's");
  for (const char* name : {"transfer_encoding", "content_length", "connection", "upgrade", "expect",
                           "x_forwarded_for", "x_forwarded_proto", "forwarded"}) {
    require(count_folded(sent, name) <= 1, "what we write is there once");
  }
  for (const char* name : {"te", "trailer", "keep_alive", "proxy_connection", "remote_user",
                           "proxy_authorization", "x_original_url", "proxy"}) {
    require(count_folded(sent, name) == 0, "what means one connection stays here");
  }
  const auto coding = request.body.kind;
  require((coding == edge::body_kind::chunked) == (wire.body == http1::framing::chunked),
          "the framing is ours");
  const auto length = coding == edge::body_kind::length ? request.body.length : 0;
  require(wire.content_length == length, "and so is the length");
  require(wire.keep_alive, "the upstream may keep the connection");
  if (rules.settings().token != edge::token_to_upstream::keep) {
    require(count_folded(sent, "authorization") == 0, "a token that is to go is gone");
    require(count_folded(sent, "x_token") == 0, "wherever it was");
  }
}

}  // namespace

// The first byte says how the request came and what is done with its token.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const edge::header_rules all[] = {
      make_rules(edge::token_to_upstream::remove, edge::history_source::x_forwarded),
      make_rules(edge::token_to_upstream::keep, edge::history_source::forwarded),
      make_rules(edge::token_to_upstream::claims, edge::history_source::forwarded),
  };
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  http::request_head head;
  http1::request_wire wire;
  const http1::head_limits limits;
  if (http1::parse_head(text, limits, head, wire)) return 0;

  latchkey::core::principal who;
  who.claims = R"({"sub":"ann","org":{"id":7}})";
  const auto kind = static_cast<edge::body_kind>((data[0] >> 1U) % 3U);
  const auto& rules = all[(data[0] >> 3U) % 3U];
  const edge::forwarded_request request{.head = head,
                                        .version = wire.version,
                                        .seen = {"2001:db8::7", {}, true, 443},
                                        .trusted_peer = (data[0] & 1U) != 0,
                                        .request_id = "id",
                                        .traceparent = "ours",
                                        .principal = &who,
                                        .body = {kind, 5},
                                        .authority = "10.0.0.5:9000"};
  edge::field_list out;
  edge::forwarded_head made;
  if (rules.make_fields(request, out, made)) return 0;
  std::string bytes;
  require(!http1::append_request(bytes, "GET", "/", out.fields()), "what is made can be written");
  http::request_head sent;
  http1::request_wire sent_wire;
  require(!http1::parse_head(bytes, {8192, bytes.size(), 1000}, sent, sent_wire),
          "and is a request to a strict reader");
  require(sent.fields.size() == out.fields().size(), "with the same fields");
  check_sent(sent, sent_wire, request, rules);
  return 0;
}
